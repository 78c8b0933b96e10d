// What a build cannot read of a Dockerfile: STR001, STR002.

import { BerthError } from "../../../base/errors.ts";
import { nearest } from "../../../base/nearest.ts";
import type { Problem } from "../../../base/source.ts";
import { parseMountFlag } from "../../../recipe/dockerfile/mount-flag.ts";
import { practice } from "../../practice.ts";
import type { RecipeView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { allSteps } from "../recipe-parts.ts";

const EARLY = / stands before the first FROM$/;
const NO_FROM = /^there is no FROM/;
const UNKNOWN = /^(\S+) is no instruction$/;

function hitOf({ message, hint, range }: Problem, advice: string): Hit {
  return { fields: { what: message, advice: hint ?? advice }, range };
}

export const READABLE = practice({
  id: "STR001",
  title: "Every instruction can be read",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{what}: the build stops here",
  hint: "{advice}",
  why: "A build refuses a recipe with one line that it cannot read.",
  source: "ours",
  peers: ["DL1000", "DL3049"],
  checks: {
    recipe: ({ recipe }) => {
      const problems = recipe.dockerfile?.problems ?? [];
      const other = problems.filter(({ message }) => !EARLY.test(message) && !NO_FROM.test(message));
      return [
        ...other.map((problem) => hitOf(problem, "write the instruction as the reference has it")),
        ...badMounts(recipe),
      ];
    },
  },
  passes: [
    { shows: "FROM", dockerfile: "FROM debian:13.1\nRUN --mount=type=cache,target=/c x\n" },
    { shows: "a here-document", dockerfile: "FROM debian:13.1\nRUN <<EOF\nFORM\nEOF\n" },
    { shows: "another case", dockerfile: "from debian:13.1\nrun x\n" },
    {
      shows: "a mount with a variable",
      dockerfile: "FROM debian:13.1\nARG T=cache\nRUN --mount=type=$T,target=/c x\n",
    },
  ],
  fails: [
    {
      shows: "FORM",
      dockerfile: "FORM debian:13.1\n",
      expect: { line: 1, says: "FORM is no instruction" },
    },
    {
      shows: "no argument",
      dockerfile: 'FROM debian:13.1\nRUN\nCMD ["x"]\n',
      expect: { line: 2, says: "RUN needs a command" },
    },
    { shows: "a flag that there is not", dockerfile: "FROM debian:13.1\nCOPY --chowm=1:1 a /a\n", expect: { line: 2 } },
    { shows: "an open here-document", dockerfile: "FROM debian:13.1\nRUN <<EOF\nx\n", expect: { line: 2 } },
    {
      shows: "a mount that there is not",
      dockerfile: "FROM debian:13.1\nRUN --mount=type=cash,target=/c x\n",
      expect: { line: 2 },
    },
  ],
});

function badMounts(recipe: RecipeView): readonly Hit[] {
  return allSteps(recipe).flatMap(({ instruction }) =>
    (instruction?.flags ?? []).flatMap(({ name, value, range }) => {
      if (name !== "mount" || value === undefined || value.includes("$")) return [];
      try {
        parseMountFlag(value);
        return [];
      } catch (cause) {
        if (!(cause instanceof BerthError)) throw cause;
        // A bind mount without a target is mounted on the working folder.
        if (cause.fields["reason"] === "it has no target") return [];
        return [
          { fields: { what: cause.message, advice: cause.hint ?? "write the mount as the reference has it" }, range },
        ];
      }
    }),
  );
}

export const BEGINS_WITH_FROM = practice({
  id: "STR002",
  title: "A Dockerfile begins with FROM",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{what}",
  hint: "begin with FROM IMAGE; only ARG may stand above it",
  why: "Instructions belong to a stage, and a stage begins with FROM.",
  source: "ours",
  peers: ["DL3061"],
  checks: {
    recipe: ({ recipe }) => {
      const problems = recipe.dockerfile?.problems ?? [];
      const [first] = problems.filter(({ message }) => EARLY.test(message) || NO_FROM.test(message));
      if (!first) return undefined;
      // A mistyped FROM is named by STR001.
      const mistyped = problems.some(({ message, range }) => {
        const word = UNKNOWN.exec(message)?.[1];
        return word !== undefined && nearest(word, ["FROM"]) !== undefined && range.start <= first.range.start;
      });
      return mistyped ? undefined : hitOf(first, "");
    },
  },
  passes: [
    { shows: "FROM", dockerfile: "FROM debian:13.1\nRUN x\n" },
    { shows: "ARG first", dockerfile: "# a\nARG A=1\nFROM debian:13.1\nRUN x\n" },
  ],
  fails: [
    { shows: "RUN first", dockerfile: "RUN x\nFROM debian:13.1\n", expect: { line: 1, says: "RUN stands before" } },
    { shows: "nothing", dockerfile: "# nothing\n", expect: { says: "no FROM" } },
  ],
});
