// A definition file with its build arguments put in, parsed: what a build works with.

import type { Located, Problem, Range, SourceText } from "../../base/source.ts";
import type { Definition } from "./ast.ts";
import { parseDefinition } from "./parse.ts";
import { type Arguments, replaceArguments } from "./template.ts";

/** A definition ready to be built. */
export interface ResolvedDefinition {
  /** Of the text with the arguments put in; its ranges are places in that text. */
  readonly definition: Definition;
  /** Everything that is wrong, with places in the file as it was read. */
  readonly problems: readonly Problem[];
  /** Given arguments that no stage uses. */
  readonly unused: readonly string[];
  /** The part of the file that a part of the text comes from. */
  place(range: Range): Located;
}

/** Puts the arguments in and parses the result. Never throws. */
export function resolveDefinition(source: SourceText, given: Arguments): ResolvedDefinition {
  const replaced = replaceArguments(parseDefinition(source), given);
  const definition = parseDefinition(replaced.source);
  const mapped = definition.problems.map((problem) => ({ ...problem, range: replaced.place(problem.range).range }));
  const problems = [...replaced.problems, ...mapped].sort((a, b) => a.range.start - b.range.start);
  return { definition, problems, unused: replaced.unused, place: replaced.place };
}
