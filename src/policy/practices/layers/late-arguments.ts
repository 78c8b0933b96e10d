// Arguments that differ in every build and stand above what takes long: LAY010.

import { downloads } from "../../commands/downloads.ts";
import { packageCommand } from "../../commands/package-commands.ts";
import { practice } from "../../practice.ts";
import type { RecipeView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import type { Fix } from "../../types.ts";
import { commandsIn, withoutLines, written } from "../recipe-parts.ts";

export const LATE_ARGUMENTS = practice({
  id: "LAY010",
  title: "What differs in every build stands last",
  severity: "info",
  class: "optional",
  certainty: "likely",
  message: "{name} differs in every build, so that the step at line {line} never comes from the cache",
  hint: "move it down, just above the step that uses it",
  why: "A step is taken from the cache only when nothing above it differs, and every RUN sees all arguments above.",
  source: "ours",
  peers: [],
  fix: "unsafe",
  checks: { recipe: ({ recipe }) => recipe.stages.flatMap(({ steps }) => hitsIn(recipe, steps)) },
  passes: [
    {
      shows: "in the last lines",
      dockerfile:
        "FROM debian:13.1\nRUN apt-get update && apt-get install -y x\nARG BUILD_DATE\nLABEL created=$BUILD_DATE\n",
    },
    {
      shows: "a pinned revision",
      dockerfile: "FROM debian:13.1\nARG GIT_COMMIT=0f1e2d3c4b5a\nRUN git fetch origin $GIT_COMMIT && make\n",
    },
    {
      shows: "used by the step itself",
      dockerfile: "FROM debian:13.1\nARG GIT_REF\nRUN git clone -b $GIT_REF https://h/r\n",
    },
    { shows: "before FROM", dockerfile: "ARG BUILD_DATE\nFROM debian:13.1\nRUN make\n" },
    { shows: "nothing that takes long", dockerfile: "FROM debian:13.1\nARG BUILD_DATE\nRUN mkdir /x\n" },
  ],
  fails: [
    {
      shows: "ARG BUILD_DATE above an install",
      dockerfile:
        "FROM debian:13.1\nARG BUILD_DATE\nRUN apt-get update && apt-get install -y x\nLABEL created=$BUILD_DATE\n",
      expect: {
        ...{ line: 2, says: "BUILD_DATE differs in every build, so that the step at line 3" },
        fixed:
          "FROM debian:13.1\nRUN apt-get update && apt-get install -y x\nARG BUILD_DATE\nLABEL created=$BUILD_DATE\n",
      },
    },
    {
      shows: "a commit in the environment",
      dockerfile: 'FROM debian:13.1\nARG GIT_SHA=unknown\nRUN make\nENV GIT_SHA=$GIT_SHA\nCMD ["x"]\n',
      expect: { line: 2, fixed: 'FROM debian:13.1\nRUN make\nARG GIT_SHA=unknown\nENV GIT_SHA=$GIT_SHA\nCMD ["x"]\n' },
    },
  ],
});

const DATE = /^(\w+_)?BUILD_?(DATE|TIME|TIMESTAMP|NUMBER|ID)$|^(\w+_)?TIMESTAMP$/i;
const REVISION =
  /^(\w+_)?((VCS|GIT|SOURCE)_(REF|COMMIT|SHA1?|HASH|REVISION|COMMIT_SHA|DESCRIBE)|COMMIT(_(SHA|HASH|ID|REF))?)$/i;
const NO_VALUE = /^$|^(unknown|dev|none|local|n\/a|dirty|\?+)$/i;
const SLOW = /^(make|ninja|cmake|cargo|go|mvn|gradle|meson|bazel|spack|configure|tar|javac|msbuild|dotnet)$/;

function hitsIn(recipe: RecipeView, steps: readonly StepView[]): readonly Hit[] {
  return steps.flatMap((step, index) => {
    const name = changing(step);
    const slow = name === undefined ? undefined : steps.slice(index + 1).find(isSlow);
    if (name === undefined || !slow || mentions(recipe, slow, name)) return [];
    const line = recipe.source.text.slice(0, slow.range.start).split("\n").length;
    return [{ fields: { name, line }, range: step.range, fix: fixOf(recipe, steps, index, name) }];
  });
}

function changing({ keyword, pairs, onBuild }: StepView): string | undefined {
  if (onBuild || (keyword !== "ARG" && keyword !== "ENV")) return undefined;
  return pairs.find(({ name, value }) => {
    const open = NO_VALUE.test(value ?? "") || (value?.includes("$") ?? true);
    return DATE.test(name) || (keyword === "ARG" && open && REVISION.test(name));
  })?.name;
}

function isSlow(step: StepView): boolean {
  if (step.keyword !== "RUN" || step.onBuild) return false;
  return commandsIn([step], "build").some(({ command }) => {
    const call = packageCommand(command);
    if (call)
      return (
        ["install", "upgrade", "create"].includes(call.action) || call.manager === "go" || call.manager === "cargo"
      );
    return SLOW.test(command.name ?? "") || downloads(command).length > 0;
  });
}

function mentions(recipe: RecipeView, { range }: StepView, name: string): boolean {
  return new RegExp(`\\$\\{?${name}\\b`).test(written(recipe, range));
}

function fixOf(recipe: RecipeView, steps: readonly StepView[], index: number, name: string): Fix | undefined {
  const step = steps[index];
  const below = steps.slice(index + 1);
  const user = below.find((later) => mentions(recipe, later, name));
  const setAgain = below.some((later) => later !== user && later.pairs.some((pair) => pair.name === name));
  if (!step || !user || step.pairs.length !== 1 || isSlow(user) || setAgain) return undefined;
  const at = recipe.source.text.lastIndexOf("\n", user.range.start - 1) + 1;
  const text = `${written(recipe, step.range)}\n`;
  return {
    title: `move ${name} above the step that uses it`,
    safe: false,
    edits: [withoutLines(recipe, step.range), { range: { start: at, end: at }, text }],
  };
}
