// How Dockerfiles are spelt: STR015.

import type { Instruction } from "../../../recipe/dockerfile/ast.ts";
import { practice } from "../../practice.ts";
import type { RecipeView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { withoutLines, written } from "../recipe-parts.ts";

export const SPELLING = practice({
  id: "STR015",
  title: "Instructions are spelt alike",
  severity: "style",
  class: "optional",
  certainty: "certain",
  message: "{word} is spelt otherwise than most instructions",
  hint: "write {right}",
  why: "Readers find instructions by their look.",
  source: "ours",
  peers: ["NoEmptyContinuation", "ConsistentInstructionCasing", "FromAsCasing", "EmptyContinuation"],
  cases: {
    blank: { message: "an empty line stands inside an instruction", hint: "remove the line, or put a # there" },
  },
  fix: "safe",
  checks: { recipe: ({ recipe }) => hitsOf(recipe) },
  passes: [
    { shows: "capitals", dockerfile: "FROM x AS y\nRUN a \\\n  # note\n  && b\n" },
    { shows: "small letters", dockerfile: "from x as y\nrun a\n" },
    { shows: "an empty line of a here-document", dockerfile: "FROM x\nRUN <<EOF\na\n\nb\nEOF\n" },
  ],
  fails: [
    {
      shows: "From x AS y",
      dockerfile: "From x AS y\nRUN a\n",
      expect: { line: 1, says: "From", fixed: "FROM x AS y\nRUN a\n" },
    },
    { shows: "as", dockerfile: "FROM x as y\nRUN a\n", expect: { fixed: "FROM x AS y\nRUN a\n" } },
    {
      shows: "an empty line in the middle",
      dockerfile: "FROM x\nRUN a \\\n\n  && b\n",
      expect: { case: "blank", line: 3, fixed: "FROM x\nRUN a \\\n  && b\n" },
    },
  ],
});

function hitsOf(recipe: RecipeView): readonly Hit[] {
  const instructions = (recipe.dockerfile?.instructions ?? []).flatMap((one) =>
    one.keyword === "ONBUILD" ? [one, one.trigger] : [one],
  );
  const words = instructions.map(({ keywordRange }) => written(recipe, keywordRange));
  const small = words.filter((word) => word === word.toLowerCase()).length > words.length / 2;
  const right = (word: string) => (small ? word.toLowerCase() : word.toUpperCase());
  return instructions.flatMap((instruction) => [
    ...caseHits(recipe, instruction, right),
    ...(instruction.keyword === "ONBUILD" ? [] : blankHits(recipe, instruction)),
  ]);
}

function caseHits(recipe: RecipeView, instruction: Instruction, right: (word: string) => string): readonly Hit[] {
  const ranges = [instruction.keywordRange];
  if (instruction.keyword === "FROM" && instruction.alias) {
    const start = instruction.image.range.end;
    const match = /\bas\b/i.exec(written(recipe, { start, end: instruction.alias.range.start }));
    if (match) ranges.push({ start: start + match.index, end: start + match.index + 2 });
  }
  return ranges.flatMap((range) => {
    const word = written(recipe, range);
    if (word === right(word)) return [];
    const fix = { title: `write ${right(word)}`, safe: true, edits: [{ range, text: right(word) }] };
    return [{ fields: { word, right: right(word) }, range, fix }];
  });
}

function blankHits(recipe: RecipeView, { range, heredocs }: Instruction): readonly Hit[] {
  const end = Math.min(range.end, ...heredocs.map((heredoc) => heredoc.range.start));
  const text = written(recipe, { start: range.start, end });
  const lines = [...text.matchAll(/(?<=\n)[ \t]*\r?(?=\n)/g)].map(({ index, 0: { length } }) => ({
    start: range.start + index,
    end: range.start + index + length,
  }));
  const [first] = lines;
  if (!first) return [];
  const edits = lines.map((line) => withoutLines(recipe, line));
  return [{ case: "blank", range: first, fix: { title: "remove empty lines", safe: true, edits } }];
}
