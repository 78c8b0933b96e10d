// A Dockerfile as a definition file: one stage for each that is needed, in order. A stage that is built on another one
// holds the other's instructions as well, for a definition's stage always begins with an image.

import type { Platform } from "../../oci/types.ts";
import type { Dockerfile, Instruction } from "../../recipe/dockerfile/ast.ts";
import { globalArguments, platformArguments, unusedArguments } from "../dockerfile/globals.ts";
import type { Scope } from "../dockerfile/scope.ts";
import { planStages, referencesOf, type Stage, type StagePlan, stageReference } from "../dockerfile/stages.ts";
import type { ContextView } from "./context-view.ts";
import { isArchive } from "./copy-task.ts";
import { failAt } from "./errors.ts";
import { conclude, newPart, type Part, type Piece, remark } from "./ledger.ts";
import type { Conversion } from "./report.ts";
import { type Conversions, newStageDraft, type StageDraft } from "./stage-draft.ts";
import { imageHead, renderStage } from "./stage-text.ts";
import { convertCopy } from "./to-files.ts";
import { convertRun } from "./to-post.ts";
import { convertSetting, openArgument } from "./to-settings.ts";

/** What a conversion of a Dockerfile is asked for. */
export interface DockerfileConversion {
  readonly file: Dockerfile;
  readonly context: ContextView;
  readonly buildArgs: ReadonlyMap<string, string>;
  /** Name or number of the stage that is wanted; undefined: the last. */
  readonly target?: string | undefined;
  /** What TARGETARCH and its kin say. */
  readonly platform: Platform;
}

/**
 * Converts a Dockerfile. The result is to be built in the folder of the context.
 * @throws E_CONVERT_RECIPE, E_CONVERT_REFUSED (ONBUILD, secrets), and what planning the stages throws
 */
export function toDefinition(job: DockerfileConversion): Conversion {
  const { file } = job;
  refuseMistakes(file);
  const parts = new Map(file.instructions.map((one) => [one, newPart(one.range, one.line)]));
  const scope = scopeOf(job, parts);
  const plan = planStages(file, job.target, scope, new Set());
  const needed = neededStages(plan, scope);
  const images = new Map<string, string>();
  const conversions: Conversions = {
    scope,
    context: job.context,
    comments: commentsOf(file),
    stageName: (reference) => nameOfSource(reference, plan, scope, images),
  };
  const stages = needed.flatMap((stage) => {
    const [chain, final] = [chainOf(stage, plan), stage === plan.target];
    const draft = convertStage(chain, conversions, final, parts);
    const front = chain.flatMap(({ from }) => conversions.comments.get(from) ?? []);
    return renderStage(draft, chain, parts, { name: final ? undefined : stageName(stage), comments: front });
  });
  const used = new Set(
    needed.flatMap((stage) => chainOf(stage, plan)).flatMap((one) => [one.from, ...one.instructions]),
  );
  noteUnused(file, used, parts);
  const head = headOf(file.source.name);
  const extra = [...images].map(([image, name]) => ({ lines: [...imageHead(image), `Stage: ${name}`, ""] }));
  const unused = unusedArguments(file, job.buildArgs, scope.globals);
  return { ...conclude("definition", [head, ...extra, ...stages], [...parts.values()], file.source), unused };
}

function headOf(name: string): Piece {
  return { lines: [`# Converted from ${name}. Build it in the folder that its %files begin with.`, ""] };
}

// The comments in front of each instruction, those of the head but for its directives included.
function commentsOf({ comments, instructions }: Dockerfile): ReadonlyMap<Instruction, readonly string[]> {
  let end = 0;
  return new Map(
    instructions.map((one) => {
      const [from, to] = [end, one.range.start];
      end = one.range.end;
      const texts = comments.filter(({ range }) => range.start >= from && range.end <= to).map(({ text }) => text);
      return [one, texts.map((text) => `# ${text.replaceAll("{{", "{ {")}`.trim())];
    }),
  );
}

function refuseMistakes({ problems: [problem], source }: Dockerfile): void {
  if (!problem) return;
  const { range, message, hint = "mend it first" } = problem;
  throw failAt("E_CONVERT_RECIPE", { source, range }, { why: message, hint });
}

function scopeOf(
  { file, buildArgs, platform, target }: DockerfileConversion,
  parts: ReadonlyMap<Instruction, Part>,
): Scope {
  const base = { source: file.source, escape: file.escape };
  const platforms = platformArguments({ build: platform, target: platform, stage: target }, buildArgs);
  const given = new Map(buildArgs);
  for (const instruction of file.instructions) {
    if (instruction.keyword === "FROM") break;
    const part = parts.get(instruction);
    if (instruction.keyword !== "ARG" || !part) continue;
    for (const { name, value } of instruction.pairs) {
      if (value || given.has(name.text) || platforms.has(name.text)) continue;
      const open = openArgument(name.text, part);
      if (open !== undefined) given.set(name.text, open);
    }
  }
  const globals = globalArguments(file, platforms, { ...base, buildArgs: given });
  return { ...base, globals, buildArgs };
}

// Stages that files are taken from, before those that take them; a stage below another one is part of it.
function neededStages(plan: StagePlan, scope: Scope): readonly Stage[] {
  const found: Stage[] = [];
  const visit = (stage: Stage) => {
    const references = chainOf(stage, plan).flatMap(({ instructions }) => instructions.flatMap(referencesOf));
    for (const { text, range } of references) {
      const index = stageReference(text, plan.stages, { source: scope.source, range });
      const other = index === undefined ? undefined : plan.stages[index];
      if (other && !found.includes(other)) visit(other);
    }
    found.push(stage);
  };
  visit(plan.target);
  return found;
}

// A stage with those it is built on, from the image up.
function chainOf(stage: Stage, plan: StagePlan): readonly Stage[] {
  const below = stage.base.kind === "stage" ? plan.stages[stage.base.index] : undefined;
  return below ? [...chainOf(below, plan), stage] : [stage];
}

function stageName({ name, index }: Stage): string {
  return name ?? `stage-${index}`;
}

function nameOfSource(reference: string, { stages }: StagePlan, scope: Scope, images: Map<string, string>): string {
  const range = { start: 0, end: 0 };
  const index = stageReference(reference, stages, { source: scope.source, range });
  const stage = index === undefined ? undefined : stages[index];
  if (stage) return stageName(stage);
  const known = images.get(reference) ?? `image-${images.size + 1}`;
  images.set(reference, known);
  return known;
}

function convertStage(
  chain: readonly Stage[],
  job: Conversions,
  final: boolean,
  parts: ReadonlyMap<Instruction, Part>,
): StageDraft {
  const all = chain.flatMap(({ instructions }) => instructions);
  const base = chain[0]?.base.kind === "scratch" ? "scratch" : "image";
  let draft = newStageDraft(job, { final, base, commands: needsCommands(all, chain[0]) });
  for (const { instructions } of chain) {
    draft = { ...draft, ownCmd: false };
    for (const instruction of instructions) {
      const part = parts.get(instruction);
      if (!part) continue;
      const [posted, listed] = [draft.post.length, draft.files.length];
      draft = convertInstruction(instruction, draft, part);
      const comments = job.comments.get(instruction) ?? [];
      const from = draft.files[listed]?.from;
      if (draft.post.length > posted && comments.length > 0) draft.post.splice(posted, 0, { lines: ["", ...comments] });
      else if (draft.files.length > listed)
        draft.files.splice(listed, 0, ...comments.map((line) => ({ from, line, part })));
    }
  }
  return draft;
}

function convertInstruction(instruction: Instruction, draft: StageDraft, part: Part): StageDraft {
  if (instruction.keyword === "RUN") return convertRun(instruction, draft, part);
  if (instruction.keyword === "COPY" || instruction.keyword === "ADD") return convertCopy(instruction, draft, part);
  return convertSetting(instruction, draft, part);
}

// Whether the stage's image can be trusted to have a shell: a RUN shows it; on an image, what only commands can do.
function needsCommands(instructions: readonly Instruction[], base: Stage | undefined): boolean {
  if (instructions.some(({ keyword }) => keyword === "RUN")) return true;
  if (base?.base.kind === "scratch") return false;
  return instructions.some((one) => {
    if (one.keyword !== "COPY" && one.keyword !== "ADD") return false;
    const fetched =
      one.keyword === "ADD" && one.sources.some((word) => "text" in word && /:\/\/|^git@/.test(word.text));
    const unpacked = one.keyword === "ADD" && one.sources.some((word) => "text" in word && isArchive(word.text));
    if (fetched || unpacked) return true;
    return (
      one.heredocs.length > 0 ||
      one.flags.some(({ name }) => name === "chown" || name === "chmod" || name === "parents")
    );
  });
}

function noteUnused(file: Dockerfile, used: ReadonlySet<Instruction>, parts: ReadonlyMap<Instruction, Part>): void {
  for (const [index, instruction] of file.instructions.entries()) {
    const part = parts.get(instruction);
    const inStage = file.instructions.slice(0, index + 1).some(({ keyword }) => keyword === "FROM");
    if (part && inStage && !used.has(instruction)) remark(part, "not needed for what is built");
  }
}
