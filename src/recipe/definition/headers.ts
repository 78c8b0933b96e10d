// The head of a stage: lines `Key: value` before the first section.

import { nearest } from "../../base/nearest.ts";
import type { Problem, Range } from "../../base/source.ts";
import type { Header } from "./ast.ts";
import { type Line, linesOf, trimmedRange } from "./lines.ts";
import { HEADER_KEYS, isHeaderKey } from "./vocabulary.ts";

/** A line with those that continue it. */
interface LogicalLine {
  readonly text: string;
  readonly range: Range;
}

/** Headers of a stage's head, and what is wrong in it. */
export function parseHeaders(
  text: string,
  head: Range,
): { readonly headers: readonly Header[]; readonly problems: readonly Problem[] } {
  const headers: Header[] = [];
  const problems: Problem[] = [];
  for (const line of logicalLines(linesOf(text, head))) {
    const header = parseHeader(line, text);
    const problem = header === undefined ? noValue(line.text, line.range) : checkHeader(header);
    if (problem) problems.push(problem);
    else if (header) headers.push(header);
  }
  return { headers, problems };
}

// Comments end before the line is looked at for a backslash at its end.
function logicalLines(lines: readonly Line[]): LogicalLine[] {
  const logical: LogicalLine[] = [];
  let open: LogicalLine | undefined;
  for (const line of lines) {
    const bare = withoutComment(line);
    const { start, end } = trimmedRange(bare);
    const content = bare.text.trim().replace(/^\uFEFF/, "");
    const continues = content.endsWith("\\");
    const words = continues ? content.slice(0, -1) : content;
    open = open
      ? { text: open.text + words, range: { start: open.range.start, end } }
      : { text: words, range: { start, end } };
    if (continues) continue;
    if (open.text.trim() !== "") logical.push(open);
    open = undefined;
  }
  if (open && open.text.trim() !== "") logical.push(open);
  return logical;
}

function withoutComment(line: Line): Line {
  const hash = line.text.indexOf("#");
  return hash === -1 ? line : { ...line, text: line.text.slice(0, hash), end: line.start + hash };
}

function parseHeader({ text: content, range }: LogicalLine, text: string): Header | undefined {
  const colon = content.indexOf(":");
  if (colon === -1) return undefined;
  const key = content.slice(0, colon).trim().toLowerCase();
  const value = content.slice(colon + 1).trim();
  const behindColon = text.indexOf(":", range.start) + 1;
  const blanks = /^[\s\\]*/.exec(text.slice(behindColon, range.end))?.[0].length ?? 0;
  const start = Math.min(behindColon + blanks, range.end);
  return { key, value, range, valueRange: { start, end: Math.max(start, range.end) } };
}

function checkHeader({ key, value, range }: Header): Problem | undefined {
  if (!isHeaderKey(key)) {
    const near = nearest(key, HEADER_KEYS);
    return {
      range,
      message: `failed to parse deffile header: invalid header keyword found: ${key}`,
      hint: near ? `did you mean ${near}?` : "sections begin with a percent sign; headers stand before all of them",
    };
  }
  return value === "" ? noValue(key, range) : undefined;
}

function noValue(key: string, range: Range): Problem {
  return {
    range,
    message: `failed to parse deffile header: header key ${key.trim().slice(0, 80)} had no val`,
    hint: "a header is written Key: value",
  };
}
