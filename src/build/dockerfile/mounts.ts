// The mounts of a RUN step: options as written become what the engine mounts. Secrets are read here, when their step is
// about to run, and go nowhere but into that step.

import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { posix } from "node:path";
import { reasonOf } from "../../base/errors.ts";
import type { Located } from "../../base/source.ts";
import type { Instruction } from "../../recipe/dockerfile/ast.ts";
import { type MountFlag, parseMountFlag } from "../../recipe/dockerfile/mount-flag.ts";
import type { CopyOrigin, StepMount } from "../types.ts";
import type { Draft } from "./draft.ts";
import { failAt } from "./errors.ts";
import { flagsOf } from "./flag-values.ts";
import { expanded, framed, type Scope } from "./scope.ts";
import type { Site } from "./site.ts";

/** Mounts, and the variables that come with them; their values are no part of any key. */
export interface Mounting {
  readonly mounts: readonly StepMount[];
  readonly variables: Readonly<Record<string, string>>;
  /** Those of the variables that hold secrets. */
  readonly secretNames: readonly string[];
}

// What other builders take; a secret is a key, not a file tree.
const MAX_SECRET = 500 * 1024;

interface PlacedMount extends MountFlag {
  readonly at: Located;
}

/** Reads the options of all mounts of an instruction. @throws E_DOCKERFILE_WORD */
export function mountOptions(instruction: Instruction, draft: Draft, scope: Scope): readonly PlacedMount[] {
  return flagsOf(instruction, "mount").map(({ value = "", range }) => {
    const expand = (text: string) => expanded({ text, range }, draft.variables, scope);
    const at = { source: scope.source, range };
    return { ...framed(at, () => parseMountFlag(value, expand)), at };
  });
}

/** Makes the mounts of a step. @throws E_SECRET_MISSING, E_SECRET_FILE, E_SSH_MISSING, E_VALUE, and what origins throw */
export async function stepMounts(options: readonly PlacedMount[], draft: Draft, site: Site): Promise<Mounting> {
  const mounts: StepMount[] = [];
  const secretNames: string[] = [];
  let variables: Mounting["variables"] = {};
  for (const [index, one] of options.entries()) {
    const target = one.target === undefined ? undefined : absolute(one.target, draft);
    if (target === "/") {
      throw failAt("E_VALUE", one.at, {
        what: "the mount's target",
        why: "is the root itself",
        hint: "name a folder in it",
      });
    }
    if (one.type === "secret") {
      const found = await secretMount(one, target, site);
      mounts.push(...found.mounts);
      variables = { ...variables, ...found.variables };
      secretNames.push(...Object.keys(found.variables));
    } else if (one.type === "ssh") {
      const socket = sshMount(one, target ?? `/run/buildkit/ssh_agent.${index}`, site);
      if (socket) mounts.push(socket);
      if (socket) variables = { SSH_AUTH_SOCK: socket.target, ...variables };
    } else {
      mounts.push(await fileMount(one, target ?? "/", site));
    }
  }
  return { mounts, variables, secretNames };
}

async function fileMount(options: PlacedMount, target: string, site: Site): Promise<StepMount> {
  const { type, from, size, readOnly } = options;
  if (type === "tmpfs") return { kind: "tmpfs", target, size };
  const origin: CopyOrigin = from === undefined ? { kind: "context" } : await site.originOf(from, options.at);
  const path = posix.join("/", options.source ?? "/");
  if (type === "bind") return { kind: "bind", target, from: origin, path, writable: !readOnly };
  return {
    kind: "cache",
    target,
    id: options.id ?? posix.normalize(options.target ?? target),
    sharing: options.sharing,
    readOnly,
    mode: options.mode ?? 0o755,
    uid: options.uid ?? 0,
    gid: options.gid ?? 0,
    ...(from === undefined ? {} : { from: { origin, path } }),
  };
}

async function secretMount(
  options: PlacedMount,
  target: string | undefined,
  site: Site,
): Promise<Omit<Mounting, "secretNames">> {
  const id = options.id ?? options.source ?? posix.basename(options.target ?? options.env ?? "");
  const content = await secretContent(id, options, site);
  if (content === undefined) return { mounts: [], variables: {} };
  const { env: variable, mode = 0o400, uid = 0, gid = 0 } = options;
  const file = variable === undefined ? (target ?? `/run/secrets/${posix.basename(id)}`) : target;
  return {
    mounts: file === undefined ? [] : [{ kind: "secret", target: file, content, mode, uid, gid }],
    variables: variable === undefined ? {} : { [variable]: content.toString("utf8") },
  };
}

async function secretContent(id: string, options: PlacedMount, site: Site): Promise<Buffer | undefined> {
  const source = site.job.secrets.get(id);
  if (source?.kind === "variable") {
    const value = source.read();
    if (value !== undefined) return Buffer.from(value);
  }
  if (source?.kind === "file") return secretFile(id, source.path, options.at);
  if (options.required) throw failAt("E_SECRET_MISSING", options.at, { id });
  return undefined;
}

async function secretFile(id: string, path: string, at: Located): Promise<Buffer> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      // A pipe can be read once, and a build may look twice: for the cache, and for the step.
      if (!(await file.stat()).isFile()) throw new Error("it is no regular file");
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(MAX_SECRET + 1), position: 0 });
      if (bytesRead <= MAX_SECRET) return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw failAt("E_SECRET_FILE", at, { id, why: reasonOf(cause) }, { cause });
  }
  throw failAt("E_SECRET_FILE", at, { id, why: `it is larger than ${MAX_SECRET / 1024} KiB` });
}

function sshMount(options: PlacedMount, target: string, { job }: Site) {
  const id = options.id ?? "default";
  const socket = job.ssh.get(id);
  if (socket === undefined && options.required) throw failAt("E_SSH_MISSING", options.at, { id });
  const { mode = 0o600, uid = 0, gid = 0 } = options;
  return socket === undefined ? undefined : { kind: "ssh" as const, target, socket, mode, uid, gid };
}

function absolute(path: string, { config }: Draft): string {
  return posix.resolve(config.WorkingDir ?? "/", path);
}
