// Which line of a script has failed: the shell's trace (`sh -x`) names the command it was about to run, or its own message
// has the number of the line. Pure, and a guess that is made only when one line alone fits.

import type { Range } from "../../base/source.ts";

/**
 * The place of the line in the script whose parts stand at `bodies` of `text`; undefined when the output does not tell.
 */
export function failingLine(text: string, bodies: readonly Range[], output: string): Range | undefined {
  const lines = bodies.flatMap((body) => places(text, body));
  // In the words of an error each line of output stands behind a bar.
  const said = output.split("\n").map((line) => line.replace(/^\s*\| /, ""));
  return traced(text, lines, said) ?? numbered(lines, said);
}

function traced(text: string, lines: readonly Range[], said: readonly string[]): Range | undefined {
  const trace = said.findLast((line) => /^\++ /.test(line));
  const command = plain(trace?.replace(/^\++ /, "") ?? "");
  if (command === "") return undefined;
  const words = lines.map((range) => ({ range, words: plain(text.slice(range.start, range.end)) }));
  const same = words.filter((line) => line.words === command);
  const found = same.length > 0 ? same : words.filter((line) => line.words.includes(command));
  return found.length === 1 ? found[0]?.range : undefined;
}

// `%post: 3: foo: not found` of dash, `%post: line 3: …` of bash. Earlier messages may be of commands that were allowed to fail.
function numbered(lines: readonly Range[], said: readonly string[]): Range | undefined {
  const last = said.findLast((line) => line.trim() !== "") ?? "";
  const number = /^%\w+(?: \S+)?: (?:line )?([1-9]\d{0,5}): /.exec(last)?.[1];
  return number === undefined ? undefined : lines[Number(number) - 1];
}

// The trace shows words with other quotes than the script has.
function plain(text: string): string {
  return text
    .replace(/['"\\]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

// Every line, those without words too, without the blanks around it.
function places(text: string, { start, end }: Range): Range[] {
  const ranges: Range[] = [];
  for (let at = start; at < end; ) {
    const newline = text.indexOf("\n", at);
    const stop = newline === -1 || newline > end ? end : newline;
    const line = text.slice(at, stop);
    const from = at + (line.length - line.trimStart().length);
    ranges.push({ start: from, end: from + line.trim().length });
    at = stop + 1;
  }
  return ranges;
}
