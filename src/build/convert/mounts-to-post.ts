// `RUN --mount` in `%post`: plain folders and copies that take the place of what is there while a step runs.

import type { InstructionOf } from "../../recipe/dockerfile/ast.ts";
import { type MountFlag, parseMountFlag } from "../../recipe/dockerfile/mount-flag.ts";
import { flagsOf } from "../dockerfile/flag-values.ts";
import { framed } from "../dockerfile/scope.ts";
import { failAt } from "./errors.ts";
import { lower, type Part } from "./ledger.ts";
import { STAGING } from "./shell-functions.ts";
import { absolutePath, type StageDraft, withFunction, wordValue } from "./stage-draft.ts";
import { stageFiles } from "./staging.ts";
import { shellWord } from "./unknown-values.ts";

type Run = InstructionOf<"RUN">;

/** What stands before and behind a step. */
export interface Around {
  readonly draft: StageDraft;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** The mounts of a RUN. @throws E_CONVERT_REFUSED for secrets and ssh agents, E_DOCKERFILE_WORD */
export function aroundMounts(run: Run, draft: StageDraft, part: Part): Around {
  const flags = flagsOf(run, "mount");
  const { source } = draft.job.scope;
  let around: Around = { draft, before: [], after: [] };
  for (const { value = "", range } of flags) {
    const expand = (text: string) => wordValue({ text, range }, draft, part);
    const mount = framed({ source, range }, () => parseMountFlag(value, expand));
    if (mount.type === "secret" || mount.type === "ssh") throw refused(mount, { source, range });
    around = withMount(around, mount, part);
  }
  return around;
}

function refused({ type }: MountFlag, at: Parameters<typeof failAt>[1]): Error {
  return failAt("E_CONVERT_REFUSED", at, {
    what: `--mount=type=${type}`,
    why: "a definition file has no secrets, and everything that %post sees can end up in the image",
    hint: "build the Dockerfile itself with berth build, which gives secrets to single steps",
  });
}

function withMount(around: Around, mount: MountFlag, part: Part): Around {
  const target = shellWord(absolutePath(mount.target ?? "/", around.draft).replace(/(?<=.)\/$/, ""));
  const source = mount.type === "bind" ? boundFiles(around, mount, part) : emptyFolder(around, mount, target, part);
  const place = shellWord(source.path);
  return {
    draft: withFunction(source.draft, "lay_over"),
    before: [...around.before, ...source.before, `lay_over ${place} ${target}`],
    // The last one is the first to go.
    after: [`lift_off ${place} ${target}`, ...around.after],
  };
}

interface MountSource {
  readonly draft: StageDraft;
  readonly path: string;
  readonly before: readonly string[];
}

function boundFiles({ draft }: Around, { from, source = "." }: MountFlag, part: Part): MountSource {
  lower(part, "approximated", "the mounted files are copies, and can be written to");
  const staged = stageFiles({ from, sources: [source], part }, draft);
  return { draft: staged.draft, path: staged.paths[0] ?? "", before: staged.links };
}

// A cache keeps its content from step to step, but no build has that of another one.
function emptyFolder({ draft }: Around, mount: MountFlag, target: string, part: Part): MountSource {
  const { type, id = target, mode, uid = 0, gid = 0 } = mount;
  lower(part, "approximated", `the ${type} mount is a plain folder${type === "cache" ? ", empty in each build" : ""}`);
  const known = type === "cache" ? draft.caches.get(id) : undefined;
  if (known !== undefined) return { draft, path: known, before: [] };
  const staged = draft.staged + 1;
  const path = `${STAGING}/${staged}/${type}`;
  const caches = type === "cache" ? new Map([...draft.caches, [id, path]]) : draft.caches;
  const before = [
    `mkdir -p ${path}`,
    ...(mode === undefined ? [] : [`chmod ${mode.toString(8)} ${path}`]),
    ...(uid + gid === 0 ? [] : [`chown ${uid}:${gid} ${path}`]),
  ];
  return { draft: { ...draft, staged, caches }, path, before };
}
