// Steps that could be one: LAY002.

import type { Instruction } from "../../../recipe/dockerfile/ast.ts";
import { practice } from "../../practice.ts";
import type { RecipeView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import type { Edit, Fix } from "../../types.ts";
import { written } from "../recipe-parts.ts";

export const JOINED_RUNS = practice({
  id: "LAY002",
  title: "Commands that belong together make one layer",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "{count} RUN steps in a row make {count} layers",
  hint: "join them with &&, or write one RUN with a here-document",
  why: "What a later layer removes still weighs in the earlier one, and every layer is one more to fetch.",
  source: "Spin: Building images",
  peers: ["DL3059"],
  fix: "unsafe",
  checks: {
    recipe: ({ recipe }) => recipe.stages.flatMap(({ steps }) => runsIn(steps).map((runs) => hitOf(recipe, runs))),
  },
  passes: [
    { shows: "one RUN with &&", dockerfile: "FROM debian:13.1\nRUN a && b && c\n" },
    { shows: "two", dockerfile: "FROM debian:13.1\nRUN a\n\n# note\nRUN b\n" },
    { shows: "something between", dockerfile: "FROM debian:13.1\nRUN a\nRUN b\nCOPY x /x\nRUN c\n" },
    {
      shows: "mounts that differ",
      dockerfile: "FROM debian:13.1\nRUN a\nRUN --mount=type=secret,id=x b\nRUN c\n",
    },
  ],
  fails: [
    {
      shows: "three one-line RUN",
      profile: "spin",
      dockerfile: "FROM debian:13.1\nRUN a\nRUN b\n\n# note\nRUN c\n",
      expect: { line: 2, says: "3 RUN", fixed: "FROM debian:13.1\nRUN a \\\n && b \\\n# note\n && c\n" },
    },
    {
      shows: "with the same mount",
      profile: "spin",
      dockerfile:
        "FROM debian:13.1\nRUN --mount=type=cache,target=/c a\nRUN --mount=type=cache,target=/c b\nRUN --mount=type=cache,target=/c c\n",
      expect: { fixed: "FROM debian:13.1\nRUN --mount=type=cache,target=/c a \\\n && b \\\n && c\n" },
    },
  ],
});

type Runs = readonly [StepView, ...StepView[]];

function runsIn(steps: readonly StepView[]): readonly Runs[] {
  const all: [StepView, ...StepView[]][] = [];
  let open: [StepView, ...StepView[]] | undefined;
  for (const step of steps) {
    if (step.keyword !== "RUN" || step.onBuild) {
      open = undefined;
    } else if (open && flagsOf(open[0]) === flagsOf(step)) {
      open.push(step);
    } else {
      open = [step];
      all.push(open);
    }
  }
  return all.filter((runs) => runs.length >= 3);
}

function flagsOf({ instruction }: StepView): string {
  return (instruction?.flags ?? [])
    .map(({ name, value }) => `${name}=${value}`)
    .sort()
    .join(" ");
}

function hitOf(recipe: RecipeView, runs: Runs): Hit {
  return { fields: { count: runs.length }, range: runs[0].keywordRange, fix: fixOf(recipe, runs) };
}

// What changes the shell's state, or binds looser than &&, means something else when it is joined.
const LOOSE = /[#;&]|\|\||<</;
const STATEFUL = /(?:^|\0)\s*(?:cd|set|export|exit|exec|umask|ulimit|trap|\.|source)\s/;

function isJoinable(text: string): boolean {
  const parts = text.replaceAll("&&", "\0");
  return !LOOSE.test(parts) && !STATEFUL.test(parts);
}

function fixOf(recipe: RecipeView, runs: Runs): Fix | undefined {
  const commands = runs.flatMap(({ instruction }) => commandOf(instruction) ?? []);
  if (commands.length !== runs.length) return undefined;
  if (!commands.every((range) => isJoinable(written(recipe, range)))) return undefined;
  const escaping = recipe.dockerfile?.escape ?? "\\";
  const edits: Edit[] = [];
  for (let at = 1; at < commands.length; at++) {
    const start = commands[at - 1]?.end ?? 0;
    const end = commands[at]?.start ?? start;
    const between = recipe.source.text.slice(start, runs[at]?.range.start ?? end);
    const comments = between.split(/\r?\n/).filter((line) => /^\s*#/.test(line));
    edits.push({ range: { start, end }, text: [` ${escaping}`, ...comments, " && "].join("\n") });
  }
  return { title: "join the steps with &&", safe: false, edits };
}

function commandOf(instruction: Instruction | undefined): StepView["range"] | undefined {
  if (instruction?.keyword !== "RUN" || instruction.command.form !== "shell" || instruction.heredocs.length > 0)
    return undefined;
  return instruction.command.range;
}
