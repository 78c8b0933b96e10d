// Which line of a script has failed: the shell's trace (`sh -x`) names the command it was about to run. Pure, and a guess
// that is made only when one line alone fits.

import type { Range } from "../../recipe/source.ts";

/** The place of the line in the script at `body` of `text`; undefined when the output does not tell. */
export function failingLine(text: string, body: Range, output: string): Range | undefined {
  // In the words of an error each line of output stands behind a bar.
  const traces = output.split("\n").flatMap((line) => /^\s*(?:\| )?\++ (.*)$/.exec(line)?.[1] ?? []);
  const command = plain(traces.at(-1) ?? "");
  if (command === "") return undefined;
  const lines = places(text, body).map((range) => ({ range, words: plain(text.slice(range.start, range.end)) }));
  const same = lines.filter(({ words }) => words === command);
  const found = same.length > 0 ? same : lines.filter(({ words }) => words.includes(command));
  return found.length === 1 ? found[0]?.range : undefined;
}

// The trace shows words with other quotes than the script has.
function plain(text: string): string {
  return text
    .replace(/['"\\]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

function places(text: string, { start, end }: Range): Range[] {
  const ranges: Range[] = [];
  for (let at = start; at < end; ) {
    const newline = text.indexOf("\n", at);
    const stop = newline === -1 || newline > end ? end : newline;
    const line = text.slice(at, stop);
    const from = at + (line.length - line.trimStart().length);
    if (line.trim() !== "") ranges.push({ start: from, end: from + line.trim().length });
    at = stop + 1;
  }
  return ranges;
}
