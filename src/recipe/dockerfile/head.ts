// The head of a Dockerfile: byte order mark and parser directives. Directives count only before anything else; the first
// other line, empty ones included, ends the head.

import type { Problem } from "../../base/source.ts";
import type { Directive } from "./ast.ts";
import { type PhysicalLine, skipBlanks } from "./logical-line.ts";

const DIRECTIVE = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/;
const KNOWN = ["syntax", "escape", "check"];

/** What the head says. */
export interface Head {
  readonly escape: "\\" | "`";
  readonly directives: readonly Directive[];
  readonly problems: readonly Problem[];
  /** Lines that the head takes. */
  readonly taken: number;
}

/** Reads the directives at the top. */
export function parseHead(text: string, lines: readonly PhysicalLine[]): Head {
  const directives: Directive[] = [];
  const problems: Problem[] = [];
  let escaping: Head["escape"] = "\\";
  for (const { start, end } of lines) {
    const from = skipBlanks(text, start, end);
    const match = DIRECTIVE.exec(text.slice(from, end));
    const name = match?.[1]?.toLowerCase();
    const value = match?.[2];
    if (name === undefined || value === undefined || !KNOWN.includes(name)) break;
    const range = { start: from, end };
    if (directives.some((known) => known.name === name)) {
      problems.push({ range, message: `the directive ${name} stands here twice`, hint: "remove one of the two lines" });
    } else if (name === "escape") {
      if (value === "\\" || value === "`") escaping = value;
      else problems.push({ range, message: `${value} cannot be the escape character`, hint: "use \\ or `" });
    }
    directives.push({ name, value, range });
  }
  return { escape: escaping, directives, problems, taken: directives.length };
}
