// A Dockerfile as leaves that follow each other without a gap: the way back from the tree to the text. Knows no
// instruction.

import type { Range } from "../../base/source.ts";
import type { Dockerfile, Instruction } from "./ast.ts";

/** A leaf of a Dockerfile. */
export interface DockerfilePart {
  /** "between": blanks, line ends, and instructions with mistakes, which the tree leaves out. */
  readonly kind: "directive" | "comment" | "instruction" | "between";
  readonly instruction?: Instruction;
  readonly range: Range;
}

/** The parts of a Dockerfile in the order of its text; their ranges cover all of it. */
export function partsOf(file: Dockerfile): readonly DockerfilePart[] {
  const named: DockerfilePart[] = [
    ...file.directives.map(({ range }) => ({ kind: "directive" as const, range })),
    ...file.comments.map(({ range }) => ({ kind: "comment" as const, range })),
    ...file.instructions.map((instruction) => ({
      kind: "instruction" as const,
      instruction,
      range: instruction.range,
    })),
  ].sort((a, b) => a.range.start - b.range.start);
  const parts: DockerfilePart[] = [];
  let at = 0;
  const gap = (end: number) => {
    if (end > at) parts.push({ kind: "between", range: { start: at, end } });
  };
  for (const part of named) {
    gap(part.range.start);
    parts.push(part);
    at = part.range.end;
  }
  gap(file.source.text.length);
  return parts;
}

/** The text of a Dockerfile, byte for byte. */
export function printDockerfile(file: Dockerfile): string {
  return partsOf(file)
    .map(({ range }) => file.source.text.slice(range.start, range.end))
    .join("");
}
