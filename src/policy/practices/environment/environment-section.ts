// What `%environment` may do: ENV006.

import { practice } from "../../practice.ts";
import type { CommandView, RecipeView, ScriptView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { allSteps } from "../recipe-parts.ts";
import { variablesIn } from "../variable-use.ts";

export const ENVIRONMENT_SECTION = practice({
  id: "ENV006",
  title: "%environment only exports, in POSIX sh",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{name} is set in %environment and not exported: programs do not see it",
  hint: "write export {name}=…",
  why: "The section is read by sh at every start of the image, in front of whatever runs: what it prints or breaks, every program prints or breaks.",
  source: "N2.15",
  peers: [],
  cases: {
    prints: {
      message: "{name} in %environment prints at every start of the image",
      hint: "remove it, or move it into %runscript",
    },
    ends: { message: "{name} in %environment ends every start of the image", hint: "remove it" },
    bash: { message: "{what} is not of POSIX sh, which reads %environment", hint: "write it in POSIX sh" },
  },
  fix: "unsafe",
  checks: {
    recipe: ({ recipe }) =>
      allSteps(recipe)
        .filter(({ keyword }) => keyword === "environment" || keyword === "appenv")
        .flatMap(({ scripts }) => scripts.flatMap((script) => ofScript(recipe, script))),
  },
  passes: [
    { shows: "export", definition: withSection("export FOO=1") },
    { shows: "set, then exported", definition: withSection("FOO=1\n    export FOO") },
    { shows: "a condition", definition: withSection('if [ -n "$X" ]; then export Y=1; fi') },
    { shows: "what is used inside only", definition: withSection("ROOT=/opt/x\n    export A=$ROOT/bin") },
  ],
  fails: [
    {
      shows: "no export",
      definition: withSection("FOO=1"),
      expect: { line: 5, says: "FOO is set", fixed: withSection("export FOO=1") },
    },
    {
      shows: "two in one line",
      definition: withSection("A=1 B=2"),
      expect: { says: "A is set", fixed: withSection("export A=1 B=2") },
    },
    { shows: "a search path", definition: withSection("LD_LIBRARY_PATH=/opt/x:$LD_LIBRARY_PATH"), expect: { line: 5 } },
    { shows: "echo", definition: withSection("echo hello"), expect: { case: "prints", line: 5 } },
    { shows: "exit", definition: withSection("export A=1\n    exit 0"), expect: { case: "ends" } },
    { shows: "an array", definition: withSection("export A=1\n    B=(1 2)\n    export B"), expect: { case: "bash" } },
    { shows: "source", definition: withSection("source /opt/x/env.sh"), expect: { case: "bash", says: "source" } },
    {
      shows: "double brackets",
      definition: withSection("if [[ -n $A ]]; then export B=1; fi"),
      expect: { case: "bash" },
    },
  ],
});

function withSection(body: string): string {
  return `Bootstrap: docker\nFrom: debian:13.1\n\n%environment\n    ${body}\n`;
}

const PRINTS = new Set(["echo", "printf", "cat", "ls", "env"]);
const ENDS = new Set(["exit", "return"]);
const BASH = new Set(["source", "declare", "typeset", "shopt", "pushd", "popd", "function"]);

function ofScript(recipe: RecipeView, script: ScriptView): readonly Hit[] {
  const { commands, text, tree } = script;
  const hits = commands.flatMap((command) => ofCommand(command) ?? []);
  const array = commands
    .flatMap(({ assignments }) => assignments)
    .find(({ range }) => /^\w+\+?=\(/.test(recipe.source.text.slice(range.start, range.end)));
  if (array) hits.push({ case: "bash", fields: { what: "an array" }, range: array.range });
  const brackets = tree?.tokens.find((token) => token.text === "[[");
  // The shell's tree has places of the text with build arguments put in.
  const exact = recipe.definition?.source.text === recipe.source.text;
  if (brackets) hits.push({ case: "bash", fields: { what: "[[" }, range: exact ? brackets.range : script.range });
  return [...hits, ...unexported(commands, text)];
}

function ofCommand({ name, range, redirects, pipe, substituted }: CommandView): Hit | undefined {
  if (name === undefined || substituted) return undefined;
  const quiet = redirects.some(({ operator }) => operator.startsWith(">")) || pipe.index < pipe.length - 1;
  if (PRINTS.has(name) && !quiet) return { case: "prints", fields: { name }, range };
  if (ENDS.has(name)) return { case: "ends", fields: { name }, range };
  return BASH.has(name) ? { case: "bash", fields: { what: name }, range } : undefined;
}

function unexported(commands: readonly CommandView[], text: string): readonly Hit[] {
  if (/\bset\s+(-\w*a|-o\s+allexport)/.test(text)) return [];
  const exported = new Set(
    commands.flatMap(({ name, words }) =>
      name === "export" ? words.map((word) => word.text.replace(/=.*$/s, "")) : [],
    ),
  );
  // A list that takes up its own old value is not used by that.
  const others = commands.flatMap(({ words, assignments }) => [
    ...words.map((word) => word.text),
    ...assignments.map((one) => one.text.replaceAll(`$${one.name}`, "")),
  ]);
  const used = variablesIn(others.join("\n"));
  return commands.flatMap(({ name, assignments }) =>
    name !== ""
      ? []
      : assignments.flatMap(({ name: variable, range }, index) => {
          // The base's own exports stay exported when they are set again.
          if (exported.has(variable) || used.has(variable) || variable === "PATH") return [];
          const edits = [{ range: { start: range.start, end: range.start }, text: "export " }];
          // One export in front of them all exports what stands behind it, too.
          const fix = index === 0 ? { title: `export ${variable}`, safe: false, edits } : undefined;
          return [{ fields: { name: variable }, range, fix }];
        }),
  );
}
