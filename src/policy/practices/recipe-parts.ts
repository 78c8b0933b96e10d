// Walks over recipes that many practices take: steps of the final chain, commands by purpose, edits of whole lines. Knows no rule.

import type { Range } from "../../base/source.ts";
import type {
  BaseView,
  CommandView,
  RecipeView,
  ScriptPurpose,
  ScriptView,
  StageView,
  StepView,
} from "../recipe-view/types.ts";
import type { Edit } from "../types.ts";

/** A command with where it stands. */
export interface PlacedCommand {
  readonly step: StepView;
  readonly script: ScriptView;
  readonly command: CommandView;
}

// Most practices walk over the same steps and commands: they are gathered once for each view, and forgotten with it.
const ALL_STEPS = new WeakMap<RecipeView, readonly StepView[]>();
const FINAL_STEPS = new WeakMap<RecipeView, readonly StepView[]>();
const COMMANDS = new WeakMap<readonly StepView[], Map<string, readonly PlacedCommand[]>>();

/** Steps of all stages. */
export function allSteps(recipe: RecipeView): readonly StepView[] {
  const steps = ALL_STEPS.get(recipe) ?? recipe.stages.flatMap((stage) => stage.steps);
  ALL_STEPS.set(recipe, steps);
  return steps;
}

/** Steps of the image that is made, those of ONBUILD not. */
export function finalSteps(recipe: RecipeView): readonly StepView[] {
  const steps =
    FINAL_STEPS.get(recipe) ?? recipe.chain.flatMap((stage) => stage.steps).filter(({ onBuild }) => !onBuild);
  FINAL_STEPS.set(recipe, steps);
  return steps;
}

/** Commands of steps, only those of scripts for a purpose where some are given. */
export function commandsIn(
  steps: readonly StepView[],
  ...purposes: readonly ScriptPurpose[]
): readonly PlacedCommand[] {
  const kept = COMMANDS.get(steps) ?? new Map<string, readonly PlacedCommand[]>();
  COMMANDS.set(steps, kept);
  const key = purposes.join(" ");
  const commands = kept.get(key) ?? placedCommands(steps, purposes);
  kept.set(key, commands);
  return commands;
}

function placedCommands(steps: readonly StepView[], purposes: readonly ScriptPurpose[]): readonly PlacedCommand[] {
  return steps.flatMap((step) =>
    step.scripts
      .filter(({ purpose }) => purposes.length === 0 || purposes.includes(purpose))
      .flatMap((script) => script.commands.map((command) => ({ step, script, command }))),
  );
}

/** What belongs together in a report: everything of one instruction, or one command of a section. */
export function grouped<Item extends { readonly step: StepView; readonly command: CommandView }>(
  items: readonly Item[],
): readonly (readonly [Item, ...Item[]])[] {
  const groups = new Map<unknown, [Item, ...Item[]]>();
  for (const item of items) {
    const key = item.step.instruction ?? item.command;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}

// Of 50,000 stages, each on the one above, every step is some practice's question: no stage is walked down twice.
const LOWEST = new WeakMap<StageView, BaseView>();

/** What the lowest stage below this one is built from. */
export function lowestBase(stage: StageView): BaseView {
  const way: StageView[] = [];
  let lowest: BaseView | undefined;
  for (let at: StageView | undefined = stage; at && !lowest; at = at.base.stage) {
    lowest = LOWEST.get(at);
    way.push(at);
  }
  const base = lowest ?? way.at(-1)?.base ?? stage.base;
  for (const one of way) LOWEST.set(one, base);
  return base;
}

/** The instruction that a step carries out; the trigger of an ONBUILD. */
export function instructionsOf(recipe: RecipeView): readonly StepView[] {
  return allSteps(recipe).filter(({ instruction }) => instruction !== undefined);
}

/** Removes whole lines, with the line end behind them. */
export function withoutLines({ source: { text } }: RecipeView, { start, end }: Range): Edit {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const feed = text.indexOf("\n", end);
  return { range: { start: from, end: feed < 0 ? text.length : feed + 1 }, text: "" };
}

/** The part of the recipe's text. */
export function written({ source: { text } }: RecipeView, { start, end }: Range): string {
  return text.slice(start, end);
}
