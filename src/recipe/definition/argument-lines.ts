// Lines `name=value` of `%arguments` and of a `--build-arg-file`, and the same as one word of `--build-arg`.

import type { Problem, Range } from "../../base/source.ts";
import { linesOf, trimmedRange } from "./lines.ts";

/** One argument. */
export interface ArgumentLine {
  readonly name: string;
  readonly value: string;
  readonly range: Range;
}

/** Parses the lines in a part of a text; the last of a name counts. */
export function parseArgumentLines(
  text: string,
  range: Range,
): { readonly lines: readonly ArgumentLine[]; readonly problems: readonly Problem[] } {
  const lines: ArgumentLine[] = [];
  const problems: Problem[] = [];
  for (const line of linesOf(text, range)) {
    const content = line.text.trim();
    if (content === "" || content.startsWith("#")) continue;
    const pair = parseArgument(content);
    if (pair) lines.push({ ...pair, range: trimmedRange(line) });
    else
      problems.push({ range: trimmedRange(line), message: `"${content.slice(0, 60)}" is no name=value`, hint: HINT });
  }
  return { lines, problems };
}

const HINT = "names of build arguments are letters, digits and underscores";

/** `name=value`, the value up to the end; undefined when it is none. */
export function parseArgument(text: string): { readonly name: string; readonly value: string } | undefined {
  const match = /^(\w+)\s*=([\s\S]*)$/.exec(text);
  if (match?.[1] === undefined) return undefined;
  const value = (match[2] ?? "").trim();
  return { name: match[1], value: value.replace(/^(["'])(.*)\1$/s, "$2") };
}
