// A definition file as a Dockerfile: one stage for each, sections in the order in which a build carries them out. Scripts
// keep their text; they come in here-documents.

import type { Range, SourceText } from "../../base/source.ts";
import { type DefinitionStage, type ResolvedDefinition, resolveDefinition } from "../../recipe/definition/index.ts";
import type { ContextView } from "./context-view.ts";
import { appLines } from "./definition-apps.ts";
import { baseLines } from "./definition-base.ts";
import { filesLines } from "./definition-files.ts";
import { runtimeLines } from "./definition-runtime.ts";
import { postLines, setupLines } from "./definition-scripts.ts";
import { failAt } from "./errors.ts";
import { conclude, lower, newPart, type Part, type Piece, remark } from "./ledger.ts";
import type { Conversion } from "./report.ts";
import { type StageSections, sectionsOf } from "./stage-sections.ts";

/** What a conversion of a definition file is asked for. */
export interface DefinitionConversion {
  readonly source: SourceText;
  readonly arguments: ReadonlyMap<string, string>;
  readonly context: ContextView;
}

/**
 * Converts a definition file. The result is to be built with the definition's folder as context.
 * @throws E_CONVERT_RECIPE, E_CONVERT_REFUSED (a base that Dockerfiles cannot name, a `%setup` that does more than copy)
 */
export function toDockerfile({ source, arguments: given, context }: DefinitionConversion): Conversion {
  const resolved = resolveDefinition(source, given);
  const [problem] = resolved.problems;
  if (problem) {
    const hint = problem.hint ?? "mend it first";
    throw failAt("E_CONVERT_RECIPE", { source, range: problem.range }, { why: problem.message, hint });
  }
  const { definition } = resolved;
  const parts: Part[] = [];
  const stages = definition.stages.map((stage, index): StageSections => {
    const headers = new Map(stage.headers.map((one) => [one.key, partOf(one.range, resolved)]));
    const sections = stage.sections.map((one) => ({ ...one, part: partOf(one.range, resolved) }));
    parts.push(...headers.values(), ...sections.map(({ part }) => part));
    return {
      ...{ stage, context, sections, text: definition.source.text, place: resolved.place },
      name: stageName(stage, index),
      isLast: index === definition.stages.length - 1,
      headerPart: (key) => headers.get(key),
    };
  });
  const head = ["# syntax=docker/dockerfile:1", `# Converted from ${source.name}. Its folder is the build context.`];
  const pieces = [{ lines: head }, ...stages.flatMap(stageLines)];
  return { ...conclude("dockerfile", pieces, parts, source), unused: resolved.unused };
}

function partOf(range: Range, { place }: ResolvedDefinition): Part {
  const found = place(range);
  const text = found.source.text.slice(found.range.start, found.range.end);
  const trimmed = { start: found.range.start, end: found.range.start + text.trimEnd().length };
  return newPart(trimmed, text.trim().split("\n")[0]?.trim() ?? "");
}

function stageName({ headers }: DefinitionStage, index: number): string {
  const written = headers.find(({ key }) => key === "stage")?.value ?? "";
  return /^[a-z][a-z0-9-_.]*$/i.test(written) ? written : `stage-${index}`;
}

// The order of a build (spec/apptainer.md section 3).
function stageLines(stage: StageSections): readonly Piece[] {
  for (const { part } of sectionsOf(stage, "pre")) {
    lower(part, "dropped", "%pre runs on the machine that builds: do that before the build");
  }
  for (const { part } of sectionsOf(stage, "arguments")) remark(part, "the values are put in where they are used");
  const pieces = [
    ...baseLines(stage),
    ...filesLines(stage, "stage"),
    ...setupLines(stage),
    ...filesLines(stage, "host"),
    ...postLines(stage),
  ];
  if (stage.isLast) return [{ lines: [""] }, ...spaced([...pieces, ...appLines(stage), ...runtimeLines(stage)])];
  const seen = new Set(["pre", "arguments", "files", "setup", "post"]);
  for (const { name, part } of stage.sections) {
    if (!seen.has(name)) remark(part, "without effect: only the last stage becomes the image");
  }
  return [{ lines: [""] }, ...spaced(pieces)];
}

// Whatever takes several lines stands by itself.
function spaced(pieces: readonly Piece[]): readonly Piece[] {
  return pieces.flatMap((piece, index) => {
    const before = pieces[index - 1];
    const apart = before !== undefined && Math.max(piece.lines.length, before.lines.length) > 2;
    return apart ? [{ lines: [""] }, piece] : [piece];
  });
}
