// One instruction after the other: settings change the draft, everything else leads to a step.

import { posix } from "node:path";
import type { Instruction, InstructionOf } from "../../recipe/dockerfile/ast.ts";
import type { FolderStep } from "../types.ts";
import { copyInstruction } from "./copy.ts";
import { withConfig, withHistory } from "./draft.ts";
import { runInstruction } from "./run.ts";
import { expanded } from "./scope.ts";
import { applySetting } from "./settings.ts";
import { type Progress, type Site, stepOrigin } from "./site.ts";

/** Carries out an instruction of a stage. FROM is none of them. @throws what its kind throws */
export async function carryOut(instruction: Instruction, progress: Progress, site: Site): Promise<Progress> {
  switch (instruction.keyword) {
    case "RUN":
      return runInstruction(instruction, progress, site);
    case "COPY":
    case "ADD":
      return copyInstruction(instruction, progress, site);
    case "WORKDIR":
      return workdir(instruction, progress, site);
    default:
      return { ...progress, draft: applySetting(progress.draft, instruction, site.scope) ?? progress.draft };
  }
}

type Workdir = InstructionOf<"WORKDIR">;

async function workdir(instruction: Workdir, { state, draft }: Progress, { scope, builder }: Site): Promise<Progress> {
  const written = expanded(instruction.word, draft.variables, scope);
  const current = draft.config.WorkingDir ?? "/";
  // An absolute path stays as it is written, as everywhere.
  const path = posix.isAbsolute(written) ? written : posix.join("/", current, written);
  const changed = withConfig(draft, { WorkingDir: path });
  if (posix.normalize(path) === "/") return { state, draft: withHistory(changed, `WORKDIR ${path}`, "none") };
  const owner = draft.config.User;
  const step: FolderStep = { kind: "folder", path, ...(owner ? { owner } : {}) };
  const after = await builder.step(
    state,
    step,
    stepOrigin(instruction.line, { source: scope.source, range: instruction.range }),
  );
  const made = after.layers.length > state.layers.length ? "made" : "none";
  return { state: after, draft: withHistory(changed, `WORKDIR ${path}`, made) };
}
