// What rules of a site's own may look at: the parts of recipes and launches as flat records of texts, each with its place. This form is
// documented in docs/lint-config.md and only grows.

import type { Range } from "../../base/source.ts";
import type { LaunchView } from "../../policy/launch-view/types.ts";
import type { BaseView, CommandView, RecipeView, StepView } from "../../policy/recipe-view/types.ts";

/** Kinds of parts. */
export const ITEM_KINDS = ["base", "step", "command", "copy", "variable", "launch", "mount", "port"] as const;
export type ItemKind = (typeof ITEM_KINDS)[number];

/** A part: values by name; a list has all texts, undefined is not known. */
export interface Item {
  readonly kind: ItemKind;
  readonly range: Range;
  readonly values: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** The parts of a recipe. */
export function recipeItems({ stages }: RecipeView): readonly Item[] {
  return stages.flatMap(({ base, steps, final, name }) => {
    const stage = { stage: name, final: String(final) };
    return [
      ...(base.stage ? [] : [{ kind: "base" as const, range: base.range, values: { ...stage, ...baseValues(base) } }]),
      ...steps.flatMap((step) => stepItems(step, stage)),
    ];
  });
}

type StageValues = Readonly<Record<"stage" | "final", string | undefined>>;

function baseValues({ text, resolved, agent, name }: BaseView) {
  return {
    ...{ text, resolved, agent },
    ...{ registry: name?.registry, repository: name?.repository, tag: name?.tag, digest: name?.digest },
  };
}

function stepItems(step: StepView, stage: StageValues): readonly Item[] {
  const { keyword, range, before, pairs, copies, scripts } = step;
  const around = { ...stage, keyword, user: before.user, folder: before.folder };
  return [
    { kind: "step", range, values: around },
    ...pairs.map(
      (pair): Item => ({
        kind: "variable",
        range: pair.range,
        values: { ...around, name: pair.name, value: pair.value },
      }),
    ),
    ...copies.map((copy): Item => {
      const sources = copy.sources.map(({ text }) => text);
      return {
        kind: "copy",
        range: copy.range,
        values: { ...around, sources, target: copy.target, from: copy.from?.text },
      };
    }),
    ...scripts.flatMap(({ commands, shell, purpose }) =>
      commands.map((command) => commandItem(command, { ...around, shell, purpose })),
    ),
  ];
}

function commandItem(command: CommandView, around: Item["values"]): Item {
  const words = command.words.map(({ value, text }) => value ?? text);
  const values = {
    ...around,
    name: command.name,
    words,
    options: words.filter((word) => word.startsWith("-")),
    operands: words.filter((word) => !word.startsWith("-")),
    wrappers: command.wrappers.map(({ name }) => name),
    folder: command.folder,
  };
  return { kind: "command", range: command.range, values };
}

/** The parts of a launch. */
export function launchItems(launch: LaunchView): readonly Item[] {
  const around = { tool: launch.tool, service: launch.name, image: launch.image?.value };
  const values = {
    ...around,
    user: launch.user?.value,
    privileged: String(launch.privileged?.value ?? false),
    capabilities: launch.capAdd.map(({ value }) => value),
    flags: launch.flags.map(({ name }) => name),
    environment: launch.environment.map(({ name }) => name),
    command: launch.command.map(({ value }) => value),
  };
  return [
    { kind: "launch", range: launch.range, values },
    ...launch.mounts.map(({ range, kind, source, target, readOnly }): Item => {
      return { kind: "mount", range, values: { ...around, kind, source, target, readOnly: String(readOnly) } };
    }),
    ...launch.ports.map(({ range, text, protocol }): Item => {
      return { kind: "port", range, values: { ...around, text, protocol } };
    }),
  ];
}
