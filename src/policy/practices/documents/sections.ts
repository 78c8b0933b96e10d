// What a definition file says of itself: DOC002, DOC003.

import { practice } from "../../practice.ts";
import type { RecipeView, StageView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import type { Fix } from "../../types.ts";

export const HELP_SECTION = practice({
  id: "DOC002",
  title: "The image tells how it is used",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "there is no %help",
  hint: "add %help with what the image is and how it is called",
  why: "berth run-help shows it to whoever has only the file.",
  source: "N2.16",
  peers: [],
  cases: { app: { message: "the app {app} has no %apphelp", hint: "add %apphelp {app} with how it is called" } },
  fix: "unsafe",
  checks: { recipe: ({ recipe }) => withLast(recipe, helpOf) },
  passes: [
    { shows: "%help", definition: "Bootstrap: docker\nFrom: debian:13.1\n\n%help\n    Run it with a file.\n" },
    {
      shows: "help for each app",
      definition:
        "Bootstrap: docker\nFrom: debian:13.1\n\n%help\n    Two apps.\n\n%apphelp a\n    a\n\n%apprun a\n    exec a\n",
    },
  ],
  fails: [
    {
      shows: "none",
      definition: "Bootstrap: docker\nFrom: debian:13.1\n\n%post\n    make\n",
      expect: {
        line: 1,
        fixed:
          "Bootstrap: docker\nFrom: debian:13.1\n\n%post\n    make\n\n%help\n    What this image is, and how to run it.\n",
      },
    },
    {
      shows: "an app without",
      definition: "Bootstrap: docker\nFrom: debian:13.1\n\n%help\n    x\n\n%apprun a\n    exec a\n",
      expect: { case: "app", line: 7 },
    },
  ],
});

function withLast(recipe: RecipeView, check: (recipe: RecipeView, stage: StageView) => readonly Hit[]): readonly Hit[] {
  const stage = recipe.kind === "definition" ? recipe.stages.at(-1) : undefined;
  return stage ? check(recipe, stage) : [];
}

function helpOf(recipe: RecipeView, stage: StageView): readonly Hit[] {
  const helped = new Set(
    stage.steps.flatMap(({ keyword, section }) => (keyword === "apphelp" ? [section?.args.trim()] : [])),
  );
  const apps = stage.steps.filter(({ keyword, section }) => keyword === "apprun" && !helped.has(section?.args.trim()));
  const bare = apps.map(({ section, keywordRange }) => ({
    case: "app",
    fields: { app: section?.args.trim() },
    range: keywordRange,
  }));
  if (stage.steps.some(({ keyword }) => keyword === "help")) return bare;
  const fix = appended(recipe, stage, "%help\n    What this image is, and how to run it.\n", "add %help to fill in");
  return [{ range: firstLine(recipe, stage), fix }, ...bare];
}

function firstLine({ source: { text } }: RecipeView, { range }: StageView) {
  const start = range.start + (/^\s*/.exec(text.slice(range.start, range.end))?.[0].length ?? 0);
  const end = text.indexOf("\n", start);
  return { start, end: end < 0 ? text.length : end };
}

// What is to be filled in is for a person to ask for: left as it is, it would say something untrue.
function appended({ source: { text } }: RecipeView, { range }: StageView, section: string, title: string): Fix {
  const end = range.start + text.slice(range.start, range.end).trimEnd().length;
  return { title, safe: false, edits: [{ range: { start: end, end: range.end }, text: `\n\n${section}` }] };
}

export const LABELS_SECTION = practice({
  id: "DOC003",
  title: "The image says what it is, in %labels",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "there is no %labels",
  hint: "add %labels with Author and Version",
  why: "Who finds the image a year later learns from its labels what it is, whose it is and where it came from.",
  source: "N2.16",
  peers: ["DL3049"],
  fix: "unsafe",
  checks: { recipe: ({ recipe }) => withLast(recipe, labelsOf) },
  passes: [
    {
      shows: "%labels",
      definition: "Bootstrap: docker\nFrom: debian:13.1\n\n%labels\n    Author me\n    Version 1.0\n",
    },
  ],
  fails: [
    {
      shows: "none",
      definition: "Bootstrap: docker\nFrom: debian:13.1\n\n%post\n    make\n",
      expect: {
        line: 1,
        fixed: 'Bootstrap: docker\nFrom: debian:13.1\n\n%post\n    make\n\n%labels\n    Author ""\n    Version ""\n',
      },
    },
  ],
});

function labelsOf(recipe: RecipeView, stage: StageView): readonly Hit[] {
  if (stage.steps.some(({ keyword }) => keyword === "labels")) return [];
  const fix = appended(recipe, stage, '%labels\n    Author ""\n    Version ""\n', "add %labels to fill in");
  return [{ range: firstLine(recipe, stage), fix }];
}
