// How an image says what it starts: PRC001, PRC002, PRC003.

import type { Instruction } from "../../../recipe/dockerfile/ast.ts";
import { baseName } from "../../commands/words.ts";
import { practice } from "../../practice.ts";
import type { AuditSubject, RecipeSubject } from "../../practice-subjects.ts";
import type { RecipeView, StepView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import type { Fix } from "../../types.ts";
import { exampleConfig } from "../example-parts.ts";
import { finalSteps, withoutLines, written } from "../recipe-parts.ts";
import { entrySteps, INITS, ONLY_OF_SHELLS, wordsOf } from "./entry-commands.ts";

function config(entrypoint: readonly string[], command: readonly string[]) {
  return { config: exampleConfig({ entrypoint, command }) };
}

export const EXEC_FORM = practice({
  id: "PRC001",
  title: "The program is started without a shell in between",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{keyword} is in shell form: signals go to the shell, not to the program",
  hint: 'write it as a list: {keyword} ["program", "argument"]; where a shell is needed, begin its command with exec',
  why: "A shell as process 1 does not hand SIGTERM on: the program is killed instead of ended.",
  source: "N2.11",
  peers: ["DL3025", "JSONArgsRecommended"],
  fix: "safe",
  checks: { recipe: shellForms, image: shellFormOfImage },
  passes: [
    { shows: "a list", dockerfile: 'FROM x\nCMD ["app", "-x"]\n' },
    { shows: "a shell that hands over", dockerfile: "FROM x\nCMD exec app -x\n" },
    { shows: "a stage that is not the image", dockerfile: 'FROM x AS a\nCMD app\nFROM y\nCMD ["app"]\n' },
    { shows: "an image with a list", image: config(["app"], ["-x"]) },
    { shows: "an image with exec", image: config(["/bin/sh", "-c", "exec app"], []) },
  ],
  fails: [
    {
      shows: "CMD app -x",
      dockerfile: "FROM x\nCMD app -x\n",
      expect: { line: 2, fixed: 'FROM x\nCMD ["app", "-x"]\n' },
    },
    { shows: "what only a shell has", dockerfile: "FROM x\nCMD . /x\n", expect: { line: 2 } },
    {
      shows: "a login shell",
      dockerfile: 'FROM x\nSHELL ["/bin/bash", "-lc"]\nCMD app\n',
      expect: { line: 3 },
    },
    {
      shows: "behind an init",
      dockerfile: 'FROM x\nENTRYPOINT ["/usr/bin/tini", "--"]\nCMD app\n',
      expect: { fixed: 'FROM x\nENTRYPOINT ["/usr/bin/tini", "--"]\nCMD ["app"]\n' },
    },
    {
      shows: "syntax of the shell",
      dockerfile: "FROM x\nENTRYPOINT app $OPTIONS && b\n",
      expect: { says: "ENTRYPOINT is in shell form" },
    },
    { shows: "an image with a shell", image: config([], ["/bin/sh", "-c", "app -x"]), expect: { says: "CMD" } },
    { shows: "nobody looked", image: { config: undefined }, expect: { certainty: "unknown" } },
  ],
});

function shellForms({ recipe }: RecipeSubject): readonly Hit[] {
  const entries = entrySteps(recipe);
  return finalSteps(recipe).flatMap((step) => {
    const { instruction, keyword } = step;
    if (instruction?.keyword !== "CMD" && instruction?.keyword !== "ENTRYPOINT") return [];
    const { command } = instruction;
    if (command.form !== "shell" || step.scripts.some(({ shell }) => shell === undefined) || handsOver(step)) return [];
    return [{ fields: { keyword }, range: step.range, fix: listFix(recipe, step, command, entries) }];
  });
}

// `exec` as the first word, or before the last command of a chain.
function handsOver({ scripts }: StepView): boolean {
  const last = scripts.flatMap(({ commands }) => commands).at(-1);
  return last?.wrappers.some(({ name }) => name === "exec") || last?.name === "exec";
}

const PLAIN = /^[A-Za-z0-9_./:=,@+% \t-]+$/;

function listFix(
  recipe: RecipeView,
  step: StepView,
  command: { readonly text: string; readonly range: StepView["range"] },
  entries: readonly StepView[],
): Fix | undefined {
  const text = command.text.trim();
  if (!PLAIN.test(text) || /^\w+=/.test(text) || /[\n\\]/.test(written(recipe, command.range))) return undefined;
  const words = text.split(/[ \t]+/);
  // What only a shell has is no program; and a login shell reads files that may say where programs are.
  if (ONLY_OF_SHELLS.has(words[0] ?? "") || step.before.shell.some((word) => /^-\w*[li]|^--login/.test(word)))
    return undefined;
  const list = JSON.stringify(words).replaceAll('","', '", "');
  const edits = [{ range: command.range, text: list }];
  return { title: "write it as a list", safe: !isBesideAnother(step, entries), edits };
}

/** As lists, CMD is the end of ENTRYPOINT, but behind an init that takes a command of either form. */
function isBesideAnother({ keyword }: StepView, entries: readonly StepView[]): boolean {
  const other = entries.find((step) => step.keyword !== keyword);
  if (!other) return false;
  const [program = ""] = wordsOf(other) ?? [];
  return keyword === "ENTRYPOINT" || !INITS.test(baseName(program));
}

function shellFormOfImage({ image: { config: known } }: AuditSubject): Hit | undefined {
  if (!known) return unknown("what the image starts");
  for (const [keyword, words] of [
    ["ENTRYPOINT", known.entrypoint],
    ["CMD", known.command],
  ] as const) {
    const [shell = "", option, text = ""] = words;
    if (/(^|\/)(sh|bash|ash|dash)$/.test(shell) && option === "-c" && !/(^|&&|;)\s*exec\s/.test(text))
      return { fields: { keyword } };
  }
  return undefined;
}

export const STARTS_SOMETHING = practice({
  id: "PRC002",
  title: "The image starts its application",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "the image does not say what it runs",
  hint: 'end with ENTRYPOINT ["program"]; in a definition file write %runscript with exec program "$@"',
  why: "Whoever runs the image would have to know its program and where it is.",
  source: "N2.3",
  peers: [],
  cases: {
    image: { severity: "error", message: "the image has neither ENTRYPOINT nor CMD: it does not start" },
    apps: { message: "the image starts nothing by itself: only its apps can be run" },
  },
  checks: { recipe: startsNothing, image: imageStartsNothing },
  passes: [
    { shows: "ENTRYPOINT", dockerfile: 'FROM x\nENTRYPOINT ["app"]\n' },
    { shows: "in the stage below", dockerfile: 'FROM x AS a\nCMD ["app"]\nFROM a\nUSER 1\n' },
    { shows: "%startscript", definition: "Bootstrap: docker\nFrom: x\n\n%startscript\n    exec app\n" },
    { shows: "an image that starts", image: config([], ["app"]) },
  ],
  fails: [
    { shows: "ends after the last COPY", dockerfile: "FROM x\nCOPY a /a\n", expect: { severity: "info" } },
    { shows: "only the stage above has one", dockerfile: 'FROM x AS a\nCMD ["app"]\nFROM y\nUSER 1\n' },
    { shows: "no section", definition: "Bootstrap: docker\nFrom: x\n\n%post\n    make\n" },
    { shows: "an image without", image: config([], []), expect: { case: "image", severity: "error" } },
    { shows: "nobody looked", image: { config: undefined }, expect: { certainty: "unknown" } },
  ],
});

function startsNothing({ recipe }: RecipeSubject): Hit | undefined {
  const steps = finalSteps(recipe);
  const last = recipe.chain.at(-1);
  if (!last || steps.some(({ keyword }) => /^(CMD|ENTRYPOINT|runscript|startscript)$/.test(keyword))) return undefined;
  const apps = steps.some(({ keyword }) => keyword === "apprun");
  return { case: apps ? "apps" : undefined, range: last.base.range };
}

function imageStartsNothing({ image: { config: known, definition } }: AuditSubject): Hit | undefined {
  if (!known) return unknown("what the image starts");
  // A SIF's scripts are not in its configuration.
  if (typeof definition === "string" && /^%(runscript|startscript)/m.test(definition)) return undefined;
  return known.entrypoint.length === 0 && known.command.length === 0 ? { case: "image" } : undefined;
}

export const ONE_ENTRY = practice({
  id: "PRC003",
  title: "One CMD and one ENTRYPOINT count",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "this {keyword} does not count: another one stands below it",
  hint: "remove it, or the one below",
  why: "Only the last of a stage is taken; whoever reads the first is misled.",
  source: "ours",
  peers: ["DL4003", "DL4004", "DS-0016", "DS-0007", "MultipleInstructionsDisallowed"],
  fix: "safe",
  checks: { recipe: ({ recipe }) => recipe.stages.flatMap(({ steps }) => repeated(recipe, steps)) },
  passes: [
    { shows: "one of each", dockerfile: 'FROM x\nENTRYPOINT ["a"]\nCMD ["b"]\n' },
    { shows: "one for each stage", dockerfile: 'FROM x AS a\nCMD ["b"]\nFROM a\nCMD ["c"]\n' },
    { shows: "a trigger", dockerfile: 'FROM x\nONBUILD CMD ["a"]\nCMD ["b"]\n' },
  ],
  fails: [
    {
      shows: "two CMD",
      dockerfile: 'FROM x\nCMD ["a"]\nCMD ["b"]\n',
      expect: { line: 2, fixed: 'FROM x\nCMD ["b"]\n' },
    },
    {
      shows: "two ENTRYPOINT",
      dockerfile: 'FROM x\nENTRYPOINT ["a"]\nUSER 1\nENTRYPOINT ["b"]\n',
      expect: { says: "this ENTRYPOINT" },
    },
  ],
});

function repeated(recipe: RecipeView, steps: readonly StepView[]): readonly Hit[] {
  const kinds: readonly Instruction["keyword"][] = ["CMD", "ENTRYPOINT"];
  return kinds.flatMap((keyword) => {
    const found = steps.filter((step) => step.keyword === keyword && !step.onBuild);
    return found.slice(0, -1).map(({ range }) => ({
      fields: { keyword },
      range,
      fix: { title: `remove this ${keyword}`, safe: true, edits: [withoutLines(recipe, range)] },
    }));
  });
}
