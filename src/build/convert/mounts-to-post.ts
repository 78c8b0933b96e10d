// `RUN --mount` in `%post`: plain folders and copies in the place of mounts, removed behind the step where nothing was
// before.

import type { InstructionOf } from "../../recipe/dockerfile/ast.ts";
import { type MountFlag, parseMountFlag } from "../../recipe/dockerfile/mount-flag.ts";
import { flagsOf } from "../dockerfile/flag-values.ts";
import { framed } from "../dockerfile/scope.ts";
import { failAt } from "./errors.ts";
import { lower, type Part } from "./ledger.ts";
import { absolutePath, type StageDraft, wordValue } from "./stage-draft.ts";
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
  if (flags.length > 0) around = { draft, before: ["fresh="], after: ["rm -rf $fresh"] };
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

function withMount({ draft, before, after }: Around, mount: MountFlag, part: Part): Around {
  const target = shellWord(absolutePath(mount.target ?? "/", draft).replace(/(?<=.)\/$/, ""));
  const fresh = `[ -e ${target} ] || fresh="$fresh "${target}`;
  if (mount.type !== "bind") {
    const what = `the ${mount.type} mount is a plain folder`;
    lower(part, "approximated", `${what}, removed behind the step if it was not there`);
    return { draft, before: [...before, fresh, `mkdir -p ${target}`], after };
  }
  lower(part, "approximated", "the mounted files are copies, removed behind the step if nothing was there");
  const staged = stageFiles({ from: mount.from, sources: [mount.source ?? "."], part }, draft);
  const copies = staged.paths.map((path) => `copy_files ${target} ${shellWord(path)}`);
  const functions = new Set([...staged.draft.functions, "copy_files"]);
  return { draft: { ...staged.draft, functions }, before: [...before, fresh, ...staged.links, ...copies], after };
}
