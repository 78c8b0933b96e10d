// The sections of a stage: each begins at a line whose first word begins with a percent sign, wherever that stands. That
// is the trap of the format: such a line inside a here-document ends the script, so it is named as a problem.

import { nearest } from "../../base/nearest.ts";
import { type Problem, positionOf, type Range } from "../../base/source.ts";
import type { Section } from "./ast.ts";
import { closes, openHeredoc } from "./heredoc.ts";
import { type Line, linesOf } from "./lines.ts";
import { APP_SECTIONS, isSectionName, SCRIPT_SECTIONS, SECTIONS } from "./vocabulary.ts";

/** True for a line that begins a section. */
export function beginsSection(line: string): boolean {
  return /^[\s\uFEFF]*%/.test(line);
}

/** The sections in a part of a text that begins with one. */
export function parseSections(text: string, range: Range): Section[] {
  const lines = linesOf(text, range);
  const starts = lines.filter(({ text: line }) => beginsSection(line));
  return starts.map((line, index) => section(text, line, starts[index + 1]?.start ?? range.end));
}

function section(text: string, line: Line, end: number): Section {
  const [, before = "", percent = "", gap = ""] = /^([\s\uFEFF]*)(%\S*)((?:\s+(?=\S))?)/.exec(line.text) ?? [];
  const argsStart = line.start + before.length + percent.length + gap.length;
  const args = line.text.slice(argsStart - line.start).trimEnd();
  return {
    name: percent.replace(/^%+/, "").toLowerCase(),
    args,
    argsRange: { start: argsStart, end: argsStart + args.length },
    body: text.slice(line.next, end),
    bodyRange: { start: line.next, end },
    range: { start: line.start, end },
  };
}

/** What is wrong with the sections of one stage. */
export function sectionProblems(sections: readonly Section[]): Problem[] {
  return sections.flatMap((one) => {
    const problem = unknownName(one) ?? wrongArguments(one);
    return problem ? [problem] : [];
  });
}

/** The place where a section's first line stands, without the line end. */
export function titleRange({ range, argsRange }: Section): Range {
  return { start: range.start, end: Math.max(argsRange.end, range.start) };
}

function unknownName(one: Section): Problem | undefined {
  if (isSectionName(one.name)) return undefined;
  const near = nearest(one.name, SECTIONS);
  return {
    range: titleRange(one),
    message: `invalid section(s) specified: ${one.name.slice(0, 80)}`,
    ...(near
      ? { hint: `did you mean %${near}?` }
      : { hint: "a line that begins with a percent sign begins a section" }),
  };
}

const APP_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/;

function wrongArguments(one: Section): Problem | undefined {
  const words = one.args.split(/\s+/).filter((word) => word !== "");
  if (APP_SECTIONS.includes(one.name)) {
    if (words[0] !== undefined && APP_NAME.test(words[0])) return undefined;
    const message = words[0] === undefined ? `%${one.name} names no app` : `"${words[0]}" cannot be the name of an app`;
    return { range: titleRange(one), message, hint: `write %${one.name} name, of letters, digits, _ . + and -` };
  }
  if (one.name !== "files" || words.length === 0 || words[0]?.startsWith("#")) return undefined;
  if (words[0]?.toLowerCase() === "from" && words.length >= 2) return undefined;
  return {
    range: titleRange(one),
    message: `%files cannot be followed by "${one.args}"`,
    hint: "write %files from stage",
  };
}

/** A line that was meant as part of a here-document, and where that document ends. */
export interface Trap {
  readonly problem: Problem;
  readonly closedAt: number;
}

/**
 * The trap: the line at the end of `script` begins a section (or a stage) while a here-document of the script is open. A
 * document that is not closed by any of the text's `lines` behind was none.
 */
export function heredocTrap(text: string, script: Section, lines: readonly Line[]): Trap | undefined {
  if (!SCRIPT_SECTIONS.includes(script.name)) return undefined;
  const open = openHeredoc(linesOf(text, script.bodyRange).map((line) => line.text));
  if (open === undefined) return undefined;
  const index = lines.findIndex((line) => line.start >= script.range.end);
  const at = lines[index];
  const closing = lines.slice(index + 1).find((line) => closes(line.text, open));
  if (at === undefined || closing === undefined) return undefined;
  const first = positionOf(text, script.bodyRange.start).line + open.line;
  const problem: Problem = {
    range: { start: at.start, end: at.end },
    message: `"${at.text.trim().slice(0, 60)}" stands in the here-document that begins at line ${first}, but such a line ends %${script.name}`,
    hint: "write the line with another first character and let the script put it right, for example: sed 's/^@/%/' > file <<'END'",
  };
  return { problem, closedAt: closing.next };
}
