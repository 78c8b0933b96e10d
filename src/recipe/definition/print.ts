// A definition file as leaves that follow each other without a gap: the way back from the tree to the text. Knows no
// section.

import type { Range } from "../../base/source.ts";
import type { Definition, DefinitionStage } from "./ast.ts";

/** A leaf of a definition file. */
export interface DefinitionPart {
  /** "title" is a section's first line; "between": comments, blanks and line ends around headers. */
  readonly kind: "header" | "title" | "body" | "between";
  readonly range: Range;
}

/** The parts of a definition file in the order of its text; their ranges cover all of it. */
export function partsOf({ stages }: Definition): readonly DefinitionPart[] {
  return stages.flatMap(stageParts);
}

function stageParts({ headers, sections, range }: DefinitionStage): readonly DefinitionPart[] {
  const parts: DefinitionPart[] = [];
  let at = range.start;
  const add = (kind: DefinitionPart["kind"], { start, end }: Range) => {
    if (start > at) parts.push({ kind: "between", range: { start: at, end: start } });
    if (end > start) parts.push({ kind, range: { start, end } });
    at = Math.max(at, end);
  };
  for (const header of headers) add("header", header.range);
  for (const section of sections) {
    add("title", { start: section.range.start, end: section.bodyRange.start });
    add("body", section.bodyRange);
  }
  add("between", { start: range.end, end: range.end });
  return parts;
}

/** The text of a definition file, byte for byte. */
export function printDefinition(definition: Definition): string {
  return partsOf(definition)
    .map(({ range }) => definition.source.text.slice(range.start, range.end))
    .join("");
}
