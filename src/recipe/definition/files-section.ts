// The lines of `%files [from stage]` and `%appfiles name`: what is copied and where to.

import type { Problem, Range } from "../../base/source.ts";
import type { Section } from "./ast.ts";
import { linesOf } from "./lines.ts";
import { splitWords } from "./words.ts";

/** One line: `source [destination]`. */
export interface FileLine {
  /** A pattern in which quoted special characters stand behind a backslash. */
  readonly source: string;
  /** Undefined when the line gives none: the source's own path. */
  readonly destination: string | undefined;
  readonly range: Range;
}

/** A parsed section. */
export interface FileLines {
  /** The stage that files come from; undefined: the host. */
  readonly from: string | undefined;
  readonly lines: readonly FileLine[];
  readonly problems: readonly Problem[];
}

/** Parses the lines of a `%files` or `%appfiles` section of `text`. */
export function parseFiles(text: string, section: Section): FileLines {
  const lines: FileLine[] = [];
  const problems: Problem[] = [];
  for (const line of linesOf(text, section.bodyRange)) {
    const { words, open } = splitWords(line.text);
    const [source, destination, extra] = words;
    if (source === undefined) continue;
    const range = { start: line.start + source.start, end: line.start + (words.at(-1)?.end ?? source.end) };
    if (open)
      problems.push({ range, message: "a quote is not closed", hint: "quotes hold names with blanks together" });
    else if (extra) problems.push(tooMany(range));
    else lines.push({ source: source.pattern, destination: destination?.text || undefined, range });
  }
  return { from: stageOf(section), lines, problems };
}

function tooMany(range: Range): Problem {
  return {
    range,
    message: "a line of %files has a source and at most one destination",
    hint: "put names with blanks into quotes; write one line for each source",
  };
}

function stageOf({ name, args }: Section): string | undefined {
  const { words } = splitWords(args);
  if (name !== "files" || words[0]?.text.toLowerCase() !== "from") return undefined;
  return words[1]?.text;
}
