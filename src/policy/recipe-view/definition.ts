// A definition file's stages: sections are steps. Build arguments are put in first; all ranges lead back to the file as it was read.

import type { Range, SourceText } from "../../base/source.ts";
import type { DefinitionStage, Header } from "../../recipe/definition/ast.ts";
import { type ResolvedDefinition, resolveDefinition } from "../../recipe/definition/index.ts";
import { expansionWork } from "../../recipe/expansion-work.ts";
import { baseOf, StageNames } from "./base.ts";
import { viewSections } from "./definition-steps.ts";
import type { GivenArguments } from "./recipe-view.ts";
import type { BaseView, RecipeView, StageView } from "./types.ts";

/** The view of a definition file. */
export function viewDefinition(source: SourceText, given: GivenArguments): RecipeView {
  const resolved = resolveDefinition(source, given);
  const { definition } = resolved;
  const at = (range: Range) => resolved.place(range).range;
  const problems = [...resolved.problems];
  const last = definition.stages.length - 1;
  const stages: StageView[] = [];
  const above = new StageNames<StageView>();
  const work = expansionWork();
  for (const [index, stage] of definition.stages.entries()) {
    const name = headerOf(stage, "stage");
    const place = { index, final: index === last };
    const scope = { source: definition.source, at, stages: above, stage: place, work, problems };
    const { steps, environment } = viewSections(stage.sections, scope);
    const view: StageView = {
      ...{
        index,
        name: name?.value,
        nameRange: name && at(name.valueRange),
        range: at(stage.range),
        steps,
        environment,
      },
      base: baseOfStage(stage, resolved, at),
      final: index === last,
    };
    stages.push(view);
    above.add(view);
  }
  // A later stage takes files of an earlier one, never its system.
  const chain = stages.filter(({ final }) => final);
  return { kind: "definition", source, dockerfile: undefined, definition, stages, chain, problems };
}

function headerOf({ headers }: DefinitionStage, key: string): Header | undefined {
  return headers.find((header) => header.key === key);
}

function baseOfStage(
  stage: DefinitionStage,
  { definition }: ResolvedDefinition,
  at: (range: Range) => Range,
): BaseView {
  const from = headerOf(stage, "from") ?? headerOf(stage, "bootstrap");
  const agent = headerOf(stage, "bootstrap")?.value.toLowerCase() ?? "";
  const text = from?.key === "from" ? withoutScheme(from.value) : "";
  const range = from ? at(from.valueRange) : at({ start: stage.range.start, end: stage.range.start });
  // What is still in braces has no value.
  const missing = [...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((match) => match[1] ?? "");
  const registry = headerOf(stage, "registry")?.value;
  const namespace = headerOf(stage, "namespace")?.value;
  const whole = [registry, namespace, text].filter((part) => part !== undefined && part !== "").join("/");
  const value = missing.length === 0 && definition.stages.length > 0 ? whole : undefined;
  return baseOf({ text, range, agent, value, missing }, undefined);
}

function withoutScheme(text: string): string {
  return text.replace(/^(docker|oras|library|shub):\/\//, "");
}
