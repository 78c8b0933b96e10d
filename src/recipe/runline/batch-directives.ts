// Lines `#SBATCH …` of a job script as far as they start containers: options of shifter's batch plugin.

import type { Problem, Range } from "../../base/source.ts";
import { splitWords } from "../definition/words.ts";
import type { Comment } from "../shell/ast.ts";
import { launched } from "./launchers.ts";
import type { RunOption, RunWord } from "./types.ts";

/** What the directives of a script say. */
export interface BatchDirectives {
  readonly options: readonly RunOption[];
  /** Of all those lines. */
  readonly range: Range | undefined;
}

// Every run line gets all of them.
const MAX_OPTIONS = 50;

/** Reads the directives of a script: comments at the beginning of their lines, before its first command. */
export function batchDirectives(text: string, comments: readonly Comment[], firstCommand: number): BatchDirectives {
  const options: RunOption[] = [];
  const ranges: Range[] = [];
  for (const { range } of comments) {
    const atLineStart = range.start === 0 || text[range.start - 1] === "\n";
    const line = text.slice(range.start, range.end);
    if (!atLineStart || range.start >= firstCommand || !/^#SBATCH\s/.test(line)) continue;
    if (options.length >= MAX_OPTIONS) break;
    const found = optionsOf(line.slice("#SBATCH".length), range.start + "#SBATCH".length);
    for (const one of found) options.push(one);
    if (found.length > 0) ranges.push(range);
  }
  const [first] = ranges;
  return { options, range: first && { start: first.start, end: ranges.at(-1)?.end ?? first.end } };
}

// Slurm cuts these lines itself: quotes and backslashes count, `;` and `&` are letters like others.
function optionsOf(text: string, source: number): readonly RunOption[] {
  const words = splitWords(text).words.map((word): RunWord => {
    const range = { start: source + word.start, end: source + word.end };
    return { text: text.slice(word.start, word.end), value: word.text, range };
  });
  // Slurm itself says what is wrong with the others.
  const ignored: Problem[] = [];
  return launched("sbatch", words, ignored)?.options ?? [];
}
