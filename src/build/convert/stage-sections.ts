// A stage of a definition on its way into a Dockerfile: its sections, each with its part of the report.

import type { DefinitionStage, ResolvedDefinition, Section } from "../../recipe/definition/index.ts";
import type { ContextView } from "./context-view.ts";
import { unindented } from "./dockerfile-words.ts";
import { type Part, type Piece, remark } from "./ledger.ts";

/** A section with its part of the report. */
export interface PartSection extends Section {
  readonly part: Part;
}

/** A stage on its way into a Dockerfile. */
export interface StageSections {
  readonly stage: DefinitionStage;
  readonly name: string;
  readonly isLast: boolean;
  /** Of the text with the arguments put in. */
  readonly text: string;
  readonly context: ContextView;
  readonly sections: readonly PartSection[];
  /** The part of a header. */
  headerPart(key: string): Part | undefined;
  /** The place in the file as it was read. */
  place: ResolvedDefinition["place"];
}

/** The sections of a name. */
export function sectionsOf({ sections }: StageSections, name: string): readonly PartSection[] {
  return sections.filter((section) => section.name === name);
}

/** The bodies of sections one after the other, Unix line ends. */
export function joinedBody(sections: readonly Section[]): string {
  const bodies = sections.map(({ body }) => (body === "" || body.endsWith("\n") ? body : `${body}\n`));
  return bodies.join("").replaceAll("\r\n", "\n");
}

/** The same for scripts of a shell: as a file of its own would have it, without the section's indentation. */
export function joinedScript(sections: readonly Section[]): string {
  return unindented(joinedBody(sections));
}

/** Lines of several sections that became one; all of them name these lines. */
export function pieceOf(sections: readonly PartSection[], lines: readonly string[]): Piece {
  const [first, ...more] = sections;
  for (const { part } of more) if (first) remark(part, `joined with the %${first.name} above`);
  return { lines, part: first?.part };
}
