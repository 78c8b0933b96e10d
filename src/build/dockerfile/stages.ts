// The stages of a Dockerfile: where each begins, which it needs, and which the target needs. Pure: no image is looked at.

import type { Located, Range } from "../../base/source.ts";
import { parsePlatform } from "../../oci/platform.ts";
import type { Platform } from "../../oci/types.ts";
import type { Dockerfile, Instruction, InstructionOf, Word } from "../../recipe/dockerfile/ast.ts";
import { fail, failAt } from "./errors.ts";
import { flagOf, mountOrigins } from "./flag-values.ts";
import { expansion, placeOf, type Scope } from "./scope.ts";
import { buildOrder } from "./stage-order.ts";

type From = InstructionOf<"FROM">;

/** Where files or a base come from. */
export type Origin =
  | { readonly kind: "stage"; readonly index: number } /** A name that is no stage's: a named context or an image. */
  | {
      readonly kind: "name";
      readonly name: string;
      readonly at: Located;
    };

/** A stage as it is written. */
export interface Stage {
  readonly index: number;
  /** In lower case. */
  readonly name: string | undefined;
  readonly from: From;
  readonly base: Origin | { readonly kind: "scratch" };
  readonly platform: Platform | undefined;
  readonly instructions: readonly Instruction[];
  /** Stages it cannot be built without, its base's triggers included. */
  readonly needs: readonly Need[];
}

/** A stage that another one needs, and where it says so. */
export interface Need {
  readonly index: number;
  readonly at: Located;
}

/** What is to be built. */
export interface StagePlan {
  readonly stages: readonly Stage[];
  readonly target: Stage;
  /** Indexes of the stages that the target needs, itself included, in the file's order. */
  readonly needed: readonly number[];
  /** Things worth saying that are no mistakes. */
  readonly notes: readonly { readonly at: Located; readonly text: string }[];
}

/**
 * Plans the stages of a recipe. Names in `replaced` are no stages: the call gives something else for them.
 *
 * @throws E_DOCKERFILE_EMPTY, E_STAGE_UNKNOWN, E_STAGE_NUMBER, E_STAGE_CYCLE, E_STAGE_LATER, E_FROM_BLANK,
 * E_PLATFORM_BLANK, E_PLATFORM_INVALID
 */
export function planStages(
  file: Dockerfile,
  target: string | undefined,
  scope: Scope,
  replaced: ReadonlySet<string>,
): StagePlan {
  const written = cutStages(file);
  const notes: StagePlan["notes"][number][] = [];
  const named: Stage[] = [];
  for (const { from, instructions } of written)
    named.push(readStage({ from, instructions, replaced }, named, notes, scope));
  const stages = named.map((stage) => ({ ...stage, needs: needsOf(stage, named, scope) }));
  const wanted = target === undefined ? stages.at(-1) : findTarget(stages, target, file);
  if (wanted === undefined) throw fail("E_DOCKERFILE_EMPTY", { name: file.source.name });
  return { stages, target: wanted, needed: buildOrder(stages, wanted.index), notes };
}

/** The stage that a reference in COPY or RUN means; undefined: it is no stage. @throws E_STAGE_NUMBER */
export function stageReference(text: string, stages: readonly Stage[], at: Located): number | undefined {
  const named = stages.findLast(({ name }) => name === text.toLowerCase())?.index;
  if (named !== undefined || !/^\d+$/.test(text)) return named;
  if (Number(text) < stages.length) return Number(text);
  throw failAt("E_STAGE_NUMBER", at, { name: text, file: at.source.name, count: stages.length });
}

/** What a COPY, ADD or RUN takes files from beside the context, with the place that says so. */
export function referencesOf(instruction: Instruction): readonly { readonly text: string; readonly range: Range }[] {
  if (instruction.keyword === "RUN") return mountOrigins(instruction);
  const from = instruction.keyword === "COPY" ? flagOf(instruction, "from") : undefined;
  return from?.value === undefined ? [] : [{ text: from.value, range: from.range }];
}

function cutStages(file: Dockerfile): { from: From; instructions: Instruction[] }[] {
  const stages: { from: From; instructions: Instruction[] }[] = [];
  for (const instruction of file.instructions) {
    if (instruction.keyword === "FROM") stages.push({ from: instruction, instructions: [] });
    else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

interface Written {
  readonly from: From;
  readonly instructions: readonly Instruction[];
  readonly replaced: ReadonlySet<string>;
}

function readStage(
  { from, instructions, replaced }: Written,
  earlier: readonly Stage[],
  notes: StagePlan["notes"][number][],
  scope: Scope,
): Stage {
  const at = placeOf(from.image, scope);
  const image = expansion(from.image, scope.globals, scope);
  const unset = image.unset.map((name) => `$${name}`).join(", ");
  if (image.text === "") throw failAt("E_FROM_BLANK", at, { word: from.image.text, unset: unset || "it" });
  if (unset !== "") notes.push({ at, text: `${unset} has no value here: declare it with ARG above the first FROM` });
  const index = earlier.findLast(({ name }) => name === image.text.toLowerCase())?.index;
  const base: Stage["base"] =
    image.text === "scratch"
      ? { kind: "scratch" }
      : index !== undefined
        ? { kind: "stage", index }
        : { kind: "name", name: image.text, at };
  const alias = from.alias?.text.toLowerCase();
  // A named context of the call stands in for a stage of its name.
  const name = alias !== undefined && replaced.has(alias) ? undefined : alias;
  return { index: earlier.length, name, from, base, platform: platformOf(from, scope), instructions, needs: [] };
}

function platformOf(from: From, scope: Scope): Platform | undefined {
  const flag = flagOf(from, "platform");
  if (flag?.value === undefined) return undefined;
  const word: Word = { text: flag.value, range: flag.range };
  const { text } = expansion(word, scope.globals, scope);
  if (text === "") throw failAt("E_PLATFORM_BLANK", placeOf(word, scope), { word: flag.value });
  return parsePlatform(text);
}

function needsOf(stage: Stage, stages: readonly Stage[], scope: Scope): readonly Need[] {
  const base = stage.base.kind === "stage" ? stages[stage.base.index] : undefined;
  const triggers = (base?.instructions ?? []).flatMap((one) => (one.keyword === "ONBUILD" ? [one.trigger] : []));
  const needs: Need[] = base === undefined ? [] : [{ index: base.index, at: placeOf(stage.from.image, scope) }];
  for (const { text, range } of [...triggers, ...stage.instructions].flatMap(referencesOf)) {
    const at = { source: scope.source, range };
    const index = stageReference(text, stages, at);
    if (index !== undefined) needs.push({ index, at });
  }
  return needs;
}

function findTarget(stages: readonly Stage[], target: string, file: Dockerfile): Stage {
  const found =
    stages.findLast(({ name }) => name === target.toLowerCase()) ??
    (/^\d+$/.test(target) ? stages[Number(target)] : undefined);
  if (found) return found;
  const known = stages.map(({ name, index }) => name ?? String(index)).join(", ");
  throw fail("E_STAGE_UNKNOWN", { name: target, file: file.source.name, known });
}
