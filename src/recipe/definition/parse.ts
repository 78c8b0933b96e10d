// From the text of a definition file to its stages, headers and sections. Never throws: what is wrong comes back as
// problems, each with its place.

import type { Problem, Range, SourceText } from "../../base/source.ts";
import type { Definition, DefinitionStage } from "./ast.ts";
import { parseHeaders } from "./headers.ts";
import { linesOf } from "./lines.ts";
import { beginsSection, heredocTrap, parseSections, sectionProblems, type Trap } from "./sections.ts";

const MAX_TRAPS = 20;

/** Parses a definition file. */
export function parseDefinition(source: SourceText): Definition {
  const stages: DefinitionStage[] = [];
  const problems: Problem[] = [];
  for (const range of stageRanges(source.text)) {
    const parsed = parseStage(source.text, range);
    stages.push(parsed.stage);
    for (const one of parsed.problems) problems.push(one);
  }
  const traps = findTraps(source.text, stages);
  const others = problems.filter((problem) => !traps.some((trap) => isInside(problem, trap)));
  const all = [...others, ...traps.map((trap) => trap.problem)].sort((a, b) => a.range.start - b.range.start);
  return { source, stages, problems: all };
}

const STAGE_LINE = /^\uFEFF?bootstrap:/i;

// The first stage takes what stands before its header, so that nothing of the text is outside the stages; sections
// there are a stage of their own, one without a header.
function stageRanges(text: string): Range[] {
  const lines = linesOf(text, { start: 0, end: text.length });
  const starts = lines.filter((line) => STAGE_LINE.test(line.text)).map((line) => line.start);
  const early = lines.some((line) => line.start < (starts[0] ?? 0) && beginsSection(line.text));
  if (starts.length === 0 || early) starts.unshift(0);
  else starts[0] = 0;
  return starts.map((start, index) => ({ start, end: starts[index + 1] ?? text.length }));
}

function isBlank(text: string): boolean {
  return text.split("\n").every((line) => /^[\s\uFEFF]*(#.*)?$/.test(line));
}

function parseStage(text: string, range: Range) {
  const first = linesOf(text, range).find((line) => beginsSection(line.text));
  const head: Range = { start: range.start, end: first?.start ?? range.end };
  const { headers, problems } = parseHeaders(text, head);
  const sections = first === undefined ? [] : parseSections(text, { start: first.start, end: range.end });
  const missing = headers.length === 0 && problems.length === 0 ? [noHeader(text, range)] : [];
  const stage: DefinitionStage = { headers, sections, range };
  return { stage, problems: [...missing, ...problems, ...sectionProblems(sections)] };
}

function noHeader(text: string, range: Range): Problem {
  const line = linesOf(text, range).find(({ text: content }) => !isBlank(content));
  return {
    range: line ? { start: line.start, end: line.end } : { start: range.start, end: range.start },
    message: "the stage has no header",
    hint: "a definition begins with lines such as Bootstrap: docker and From: debian:13",
  };
}

// Whatever begins a section or a stage may have been meant as a part of the script before it.
function findTraps(text: string, stages: readonly DefinitionStage[]): Trap[] {
  const traps: Trap[] = [];
  const lines = linesOf(text, { start: 0, end: text.length });
  // Looking for the end of a document costs a pass over the text: a file full of traps need not name them all.
  for (const script of stages.flatMap((stage) => stage.sections)) {
    if (traps.length >= MAX_TRAPS) break;
    // Inside a document that was reported everything up to its end is part of the same mistake.
    if (script.range.start < (traps.at(-1)?.closedAt ?? 0)) continue;
    const trap = heredocTrap(text, script, lines);
    if (trap) traps.push(trap);
  }
  return traps;
}

function isInside(problem: Problem, trap: Trap): boolean {
  return problem.range.start >= trap.problem.range.start && problem.range.start < trap.closedAt;
}
