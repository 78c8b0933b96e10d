// Writes a launch plan down in the form of docs/launch-plan.md: records of NUL-ended words, in the order the launcher
// demands. It must not decide anything.

import { defineErrors } from "../base/errors.ts";
import type { EnvStep, JoinPlan, LaunchPlan, Layer, MountRecord, RootHook, UserNamespace } from "./launch-plan.ts";

const fail = defineErrors({
  E_PLAN_NUL: {
    text: "{what} contains a NUL character, which no program can be given",
    hint: "remove the character; paths, arguments and variables of Linux end at the first NUL",
  },
  E_PLAN_LARGE: {
    text: "the environment, arguments and mounts of this launch make {size} bytes in {records} records; the limits are {max} and {maxRecords}",
    hint: "unset large variables (--cleanenv), or put long lists into a file",
  },
  E_PLAN_MOUNTS: {
    text: "this launch has {mounts} mounts; at most {max} are possible",
    hint: "bind a directory above many small binds instead of each of them",
  },
});

const MAX_BYTES = 8 * 1024 * 1024;
const MAX_RECORDS = 65_536;
const MAX_MOUNTS = 4_096;

/** First line of every plan. */
export const PLAN_HEADER = "BERTHPLAN1\n";

/** A record: its name and its arguments. */
export type Words = readonly (string | number)[];

/** The bytes of a plan. @throws E_PLAN_NUL, E_PLAN_LARGE, E_PLAN_MOUNTS */
export function encodePlan(plan: LaunchPlan): Buffer {
  const mounts = plan.mounts.length;
  if (mounts > MAX_MOUNTS) throw fail("E_PLAN_MOUNTS", { mounts, max: MAX_MOUNTS });
  const last = plan.publish === undefined ? programRecords(plan) : [["publish", plan.publish]];
  return encodeRecords([
    ...[...placeRecords(plan), ...plan.mounts.map(mountWords), ...processRecords(plan)],
    ...[...last, ["end"]],
  ]);
}

/** The bytes of a plan for `berth-join`. @throws E_PLAN_NUL, E_PLAN_LARGE */
export function encodeJoinPlan(plan: JoinPlan): Buffer {
  const { pid, start } = plan.join;
  const group = plan.controlGroup === undefined ? [] : [["control-group", plan.controlGroup]];
  return encodeRecords([["join", pid, start], ...group, ...payloadRecords(plan), ...programRecords(plan), ["end"]]);
}

/** Records as they are written. @throws E_PLAN_NUL, E_PLAN_LARGE */
export function encodeRecords(records: readonly Words[], header = PLAN_HEADER): Buffer {
  let text = header;
  for (const words of records) {
    for (const word of words) {
      const string = String(word);
      if (string.includes("\0")) throw fail("E_PLAN_NUL", { what: describe(words, string) });
      text += `${string}\0`;
    }
  }
  const bytes = Buffer.from(text);
  if (bytes.length > MAX_BYTES || records.length > MAX_RECORDS) {
    const size = bytes.length;
    throw fail("E_PLAN_LARGE", { size, records: records.length, max: MAX_BYTES, maxRecords: MAX_RECORDS });
  }
  return bytes;
}

function* placeRecords(plan: LaunchPlan): Generator<Words> {
  yield* userNamespaceRecords(plan.userns);
  for (const namespace of plan.unshare) yield ["unshare", namespace];
  if (plan.hostname !== undefined) yield ["hostname", plan.hostname];
  if (plan.controlGroup !== undefined) yield ["control-group", plan.controlGroup];
  yield* rootRecords(plan);
  for (const file of plan.touch) yield ["touch", file];
  for (const file of plan.forget ?? []) yield ["forget", file];
  if (plan.record !== undefined) yield ["record", plan.record.socket, plan.record.text];
  for (const dir of plan.expectMounts) yield ["expect-mount", dir];
  yield layerWords(plan.layer);
}

function* userNamespaceRecords(userns: UserNamespace): Generator<Words> {
  yield ["userns", userns.kind];
  if (userns.kind === "self" && userns.shared) yield ["user-namespace", userns.shared.path, userns.shared.gid];
  if (userns.kind !== "ranges") return;
  for (const map of userns.maps) yield ["idmap", map.kind, map.inside, map.outside, map.count];
}

function* rootRecords({ root, overlayImages = [], overlayPrograms = {} }: LaunchPlan): Generator<Words> {
  if (root.kind === "dir") yield ["root", "dir", root.source, 0];
  else yield ["root", root.kind, root.file, root.offset];
  const { squashfuse, fuse2fs, fuseOverlayfs, e2fsck } = overlayPrograms;
  const program = root.kind === "fuse" || root.kind === "encrypted" ? root.program : squashfuse;
  if (program !== undefined) yield ["fuse-program", program];
  if (fuse2fs !== undefined) yield ["fuse2fs-program", fuse2fs];
  if (fuseOverlayfs !== undefined) yield ["fuse-overlayfs-program", fuseOverlayfs];
  if (e2fsck !== undefined) yield ["e2fsck-program", e2fsck];
  if (root.kind === "encrypted") yield ["decrypt", root.gocryptfs, root.name, root.passphrase];
  for (const { fs, file, offset, size } of overlayImages) yield ["overlay-image", fs, file, offset, size];
}

function layerWords(layer: Layer): Words {
  if (layer.kind === "tmpfs") return ["layer", "tmpfs", layer.size, "", layer.lowers.join("\n")];
  if (layer.kind === "dirs") return ["layer", "dirs", 0, layer.upper, layer.lowers.join("\n")];
  return ["layer", layer.kind, 0, "", ""];
}

/** The record of a mount. */
export function mountWords(record: MountRecord | RootHook): Words {
  switch (record.op) {
    case "bind":
      return ["bind", record.source, record.target, record.flags.join(",")];
    case "tmpfs":
      return ["tmpfs", record.target, record.size, octal(record.mode)];
    case "dir":
      return ["dir", record.target, octal(record.mode)];
    case "file":
      return ["file", record.target, octal(record.mode), record.content];
    case "link":
      return ["link", record.target, record.to];
    case "point":
      return ["point", record.target, record.kind];
    case "root-hook":
      return ["root-hook", record.path];
    default:
      return [record.op, record.target];
  }
}

function* processRecords(plan: LaunchPlan): Generator<Words> {
  if (plan.readonlyRoot) yield ["readonly"];
  if (plan.init) yield ["init"];
  if (plan.instance !== undefined) yield ["instance", plan.instance];
  yield* payloadRecords(plan);
}

function* payloadRecords(plan: LaunchPlan | JoinPlan): Generator<Words> {
  if (plan.called !== undefined) yield ["called", plan.called];
  for (const dir of plan.chdir) yield ["chdir", dir];
  if (plan.chdirElse !== undefined) yield ["chdir-else", plan.chdirElse];
  yield ["umask", octal(plan.umask)];
  for (const { name, soft, hard } of plan.limits) yield ["rlimit", name, soft ?? "inf", hard ?? "inf"];
  if (plan.keepCaps) yield ["keep-caps"];
  else yield ["caps", plan.caps];
  if (plan.setid) yield ["setid", plan.setid.uid, plan.setid.gid];
  for (const group of plan.groups ?? []) yield ["group", group];
  if (plan.pretendIds) yield ["pretend", "ids"];
  for (const fd of plan.keepFds) yield ["keep-fd", fd];
}

function* programRecords(plan: LaunchPlan | JoinPlan): Generator<Words> {
  if (plan.envSteps) yield* plan.envSteps.map(environmentWords);
  else for (const [name, value] of plan.env) yield ["env", `${name}=${value}`];
  for (const hook of plan.hooks ?? []) yield ["hook", hook];
  if (plan.argv.length > 0) yield ["exec", plan.exec];
  for (const word of plan.argv) yield ["arg", word];
}

/** The record of a step of the environment. */
export function environmentWords(step: EnvStep): Words {
  if (step.op === "file") return ["env-file", step.path];
  if (step.op === "unset") return ["env-unset", step.name];
  return [step.op === "set" ? "env" : `env-${step.op}`, `${step.name}=${step.value}`];
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

function describe(words: Words, word: string): string {
  if (/^env(?:-append|-prepend)?$/.test(String(words[0]))) return `the variable ${word.split("=", 1)[0] ?? ""}`;
  if (words[0] === "arg") return `the argument "${word.replaceAll("\0", "\\0").slice(0, 80)}"`;
  return `the ${words[0]} "${word.replaceAll("\0", "\\0").slice(0, 80)}"`;
}
