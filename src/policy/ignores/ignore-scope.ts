// Where comments that keep findings quiet stand in a text, and which part each covers: the instruction, section, block or command that
// follows, or its own line. Works on lines, and on the places of instructions, which the caller knows.

import type { Range } from "../../base/source.ts";
import type { DocumentKind } from "../document-kind.ts";
import { type IgnoreWords, readIgnore } from "./ignore-comment.ts";

/** A comment and what it covers. */
export interface Ignore extends IgnoreWords {
  /** The comment. */
  readonly range: Range;
  /** Findings that begin in here are quiet. */
  readonly scope: Range;
}

interface Line {
  readonly start: number;
  /** Behind its last character, the line end left out. */
  readonly end: number;
  readonly text: string;
}

/** All comments of a text that ask for quiet. `blocks` are instructions and sections, which a comment directly above covers whole. */
export function findIgnores(text: string, kind: DocumentKind, blocks: readonly Range[]): readonly Ignore[] {
  const lines = linesOf(text);
  return lines.flatMap((line, index) => {
    const found = commentIn(line, kind);
    const words = found && readIgnore(found.text);
    if (!found || !words) return [];
    const range = { start: found.start, end: line.end };
    const whole = words.whole || (words.form === "shellcheck" && kind === "script" && isHead(lines, index));
    if (whole) return [{ ...words, range, scope: { start: 0, end: text.length } }];
    return [{ ...words, range, scope: found.alone ? scopeBelow(lines, index, kind, blocks) : rangeOf(line) }];
  });
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  for (let start = 0; start <= text.length; ) {
    const feed = text.indexOf("\n", start);
    const next = feed < 0 ? text.length : feed;
    const end = feed > start && text[feed - 1] === "\r" ? feed - 1 : next;
    lines.push({ start, end, text: text.slice(start, end) });
    start = next + 1;
  }
  return lines;
}

// Dockerfiles have comments on lines of their own only; behind a word, `#` belongs to it.
function commentIn({ text, start }: Line, kind: DocumentKind) {
  const own = /^\s*(?=#)/.exec(text);
  if (own) return { text: text.slice(own[0].length).trimEnd(), start: start + own[0].length, alone: true };
  const behind = kind === "dockerfile" ? null : /\s(#+\s*(?:policy\s|trivy:ignore:|shellcheck\s).*)$/i.exec(text);
  if (!behind?.[1]) return undefined;
  return { text: behind[1].trimEnd(), start: start + behind.index + 1, alone: false };
}

function scopeBelow(lines: readonly Line[], index: number, kind: DocumentKind, blocks: readonly Range[]): Range {
  const below = lines.findIndex((line, at) => at > index && !isBlankOrComment(line));
  const line = lines[below];
  if (!line) return { start: 0, end: 0 };
  const first = line.start + line.text.search(/\S/);
  const block = blocks.find(({ start }) => start === first || start === line.start);
  if (block) return block;
  const last = kind === "compose" ? lastOfBlock(lines, below) : lastOfCommand(lines, below);
  return { start: line.start, end: lines[last]?.end ?? line.end };
}

// What is indented more belongs to the key above it, and so do the items of its list.
function lastOfBlock(lines: readonly Line[], from: number): number {
  const depth = depthOf(lines[from]);
  const isKey = /:\s*(#.*)?$/.test(lines[from]?.text ?? "");
  let last = from;
  for (let at = from + 1; at < lines.length; at++) {
    const line = lines[at];
    if (!line || isBlankOrComment(line)) continue;
    const item = isKey && depthOf(line) === depth && /^\s*-\s/.test(line.text);
    if (depthOf(line) <= depth && !item) break;
    last = at;
  }
  return last;
}

function depthOf(line: Line | undefined): number {
  return line?.text.search(/\S/) ?? 0;
}

// A command goes on behind a backslash, but ends where an operator leads to the next.
function lastOfCommand(lines: readonly Line[], from: number): number {
  let last = from;
  while (last + 1 < lines.length && /\\\s*$/.test(lines[last]?.text ?? "")) {
    if (/(&&|\|\||;|\|)\s*\\\s*$/.test(lines[last]?.text ?? "")) break;
    if (/^\s*(&&|\|\||;|\|)/.test(lines[last + 1]?.text ?? "")) break;
    last++;
  }
  return last;
}

// Before the first command: ShellCheck takes such a comment for the whole script.
function isHead(lines: readonly Line[], index: number): boolean {
  return lines.slice(0, index).every(isBlankOrComment);
}

function isBlankOrComment({ text }: Line): boolean {
  return /^\s*(#|$)/.test(text);
}

function rangeOf({ start, end }: Line): Range {
  return { start, end };
}
