// How ENV and LABEL are written: ENV003, ENV004.

import { practice } from "../../practice.ts";
import type { RecipeView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { instructionsOf, written } from "../recipe-parts.ts";
import { variablesIn } from "../variable-use.ts";

export const LEGACY_PAIRS = practice({
  id: "ENV003",
  title: "Pairs are written with =",
  severity: "style",
  class: "recommended",
  certainty: "certain",
  message: "{keyword} {name} is written with a blank, the old form",
  hint: "write {name}=VALUE",
  why: "The old form takes one pair only and everything to the end of the line, quotes and comments included.",
  source: "ours",
  peers: ["LegacyKeyValueFormat"],
  fix: "safe",
  checks: { recipe: ({ recipe }) => instructionsOf(recipe).flatMap((step) => legacy(recipe, step) ?? []) },
  passes: [
    { shows: "ENV A=b", dockerfile: "FROM debian:13.1\nENV A=b C=d\n" },
    { shows: "LABEL with quotes", dockerfile: 'FROM debian:13.1\nLABEL a="b c"\n' },
  ],
  fails: [
    {
      shows: "ENV A b",
      dockerfile: "FROM debian:13.1\nENV A b\n",
      expect: { line: 2, fixed: "FROM debian:13.1\nENV A=b\n" },
    },
    {
      shows: "a value with blanks",
      dockerfile: "FROM debian:13.1\nENV A b c $D\n",
      expect: { fixed: 'FROM debian:13.1\nENV A="b c $D"\n' },
    },
    { shows: "LABEL", dockerfile: "FROM debian:13.1\nLABEL a b\n", expect: { fixed: "FROM debian:13.1\nLABEL a=b\n" } },
  ],
});

function legacy(recipe: RecipeView, { instruction, keyword, range }: StepView): Hit | undefined {
  if (instruction?.keyword !== "ENV" && instruction?.keyword !== "LABEL") return undefined;
  const [pair] = instruction.pairs;
  if (!pair?.value) return undefined;
  const between = { start: pair.name.range.end, end: pair.value.range.start };
  if (!/^[ \t]+$/.test(written(recipe, between))) return undefined;
  const fields = { keyword, name: pair.name.text };
  const value = written(recipe, pair.value.range);
  const plain = /^[^\s"'\\]+$/.test(value) || /^"[^"\\]*"$/.test(value) || /^'[^'\\]*'$/.test(value);
  if (!plain && /["\\\n]/.test(value)) return { fields, range };
  const edits = [
    { range: { start: between.start, end: pair.value.range.end }, text: `=${plain ? value : `"${value}"`}` },
  ];
  return { fields, range, fix: { title: "write =", safe: true, edits } };
}

export const SAME_ENV = practice({
  id: "ENV004",
  title: "A variable is not used in the ENV that sets it",
  severity: "error",
  class: "recommended",
  certainty: "certain",
  message: "{user} gets the value that {name} had before this ENV",
  hint: "set {name} in an ENV of its own, above",
  why: "All values of one ENV are worked out with the variables before it.",
  source: "ours",
  peers: ["DL3044"],
  fix: "unsafe",
  checks: {
    recipe: ({ recipe }) => instructionsOf(recipe).flatMap((step) => usedAtOnce(recipe, step)),
  },
  passes: [
    { shows: "two ENV", dockerfile: "FROM debian:13.1\nENV A=1\nENV B=$A\n" },
    { shows: "its own old value", dockerfile: "FROM debian:13.1\nENV PATH=/opt/x:$PATH\n" },
    { shows: "in single quotes", dockerfile: "FROM debian:13.1\nENV A=1 B='$A'\n" },
    { shows: "used before it is set again", dockerfile: "FROM debian:13.1\nENV A=0\nENV B=$A C=1\n" },
  ],
  fails: [
    {
      shows: "A and B=$A",
      dockerfile: "FROM debian:13.1\nENV A=1 B=$A\n",
      expect: { line: 2, says: "B gets", fixed: "FROM debian:13.1\nENV A=1\nENV B=$A\n" },
    },
    {
      shows: "in another build",
      dockerfile: "FROM debian:13.1\nONBUILD ENV A=1 B=$A\n",
      expect: { line: 2, fixed: "FROM debian:13.1\nONBUILD ENV A=1\nONBUILD ENV B=$A\n" },
    },
    { shows: "over lines", dockerfile: "FROM debian:13.1\nENV A=1 \\\n    PATH=${A}/bin:$PATH\n", expect: { line: 3 } },
  ],
});

function usedAtOnce({ source: { text } }: RecipeView, { instruction, onBuild }: StepView): readonly Hit[] {
  if (instruction?.keyword !== "ENV") return [];
  const { pairs } = instruction;
  const above = new Set<string>();
  return pairs.flatMap((pair, index) => {
    const value = (pair.value?.text ?? "").replace(/'[^']*'|\\./g, "");
    const name = [...variablesIn(value)].find((one) => above.has(one));
    above.add(pair.name.text);
    if (name === undefined) return [];
    const start = pairs[index - 1]?.value?.range.end ?? pair.name.range.start;
    const edits = [{ range: { start, end: pair.name.range.start }, text: onBuild ? "\nONBUILD ENV " : "\nENV " }];
    const plain = !/#/.test(text.slice(start, pair.name.range.start));
    const range = { start: pair.name.range.start, end: pair.value?.range.end ?? pair.name.range.end };
    return [
      {
        fields: { user: pair.name.text, name },
        range,
        fix: plain ? { title: "split the ENV", safe: false, edits } : undefined,
      },
    ];
  });
}
