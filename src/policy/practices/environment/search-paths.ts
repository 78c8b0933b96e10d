// Search paths that lose what stood in them: ENV005.

import type { Range } from "../../../base/source.ts";
import { practice } from "../../practice.ts";
import type { RecipeView, ScriptView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import type { Fix } from "../../types.ts";
import { allSteps, written } from "../recipe-parts.ts";
import { variablesIn } from "../variable-use.ts";

export const SEARCH_PATHS = practice({
  id: "ENV005",
  title: "Search paths keep what stood in them",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{name} is replaced: what the base had in it is lost",
  hint: "write {name}={value}{kept}",
  why: "Programs and libraries of the base are no longer found.",
  source: "N2.15",
  peers: ["SC2123"],
  cases: {
    empty: {
      message: "{name} has an empty part, which stands for the current folder",
      hint: "remove the colon too many",
    },
  },
  fix: "safe",
  checks: {
    recipe: ({ recipe }) => allSteps(recipe).flatMap((step) => [...ofPairs(recipe, step), ...ofScripts(recipe, step)]),
  },
  passes: [
    { shows: "the old value behind", dockerfile: "FROM debian:13.1\nENV PATH=/opt/x:$PATH\n" },
    { shows: "the old value in front", dockerfile: 'FROM debian:13.1\nENV PATH="${PATH}:/opt/x"\n' },
    {
      shows: "only if there is one",
      dockerfile: "FROM debian:13.1\nENV LD_LIBRARY_PATH=/opt/x${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}\n",
    },
    { shows: "for one command", dockerfile: "FROM debian:13.1\nRUN PATH=/x make\n" },
    {
      shows: "the standard path as a whole",
      dockerfile: "FROM debian:13.1\nENV PATH=/opt/x/bin:/usr/local/bin:/usr/bin:/bin\n",
    },
    { shows: "from scratch there is none", dockerfile: "FROM scratch\nENV PATH=/opt/x\n" },
  ],
  fails: [
    {
      shows: "replaced",
      dockerfile: "FROM debian:13.1\nENV PATH=/opt/x\n",
      expect: { line: 2, fixed: "FROM debian:13.1\nENV PATH=/opt/x:$PATH\n" },
    },
    {
      shows: "in %environment",
      definition: "Bootstrap: docker\nFrom: debian:13.1\n\n%environment\n    export PYTHONPATH=/opt/x\n",
      expect: {
        line: 5,
        fixed:
          "Bootstrap: docker\nFrom: debian:13.1\n\n%environment\n    export PYTHONPATH=/opt/x${PYTHONPATH:+:$PYTHONPATH}\n",
      },
    },
    { shows: "an empty part", dockerfile: "FROM debian:13.1\nENV PATH=/opt/x::$PATH\n", expect: { case: "empty" } },
    {
      shows: "a colon at the end",
      definition: "Bootstrap: docker\nFrom: debian:13.1\n\n%environment\n    export PATH=$PATH:\n",
      expect: { case: "empty" },
    },
  ],
});

const NAMES = new Set(["PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "MANPATH"]);

function ofPairs(recipe: RecipeView, { keyword, pairs, stage }: StepView): readonly Hit[] {
  if (keyword !== "ENV" || recipe.stages[stage.index]?.base.scratch === true) return [];
  return pairs.flatMap(({ name, valueRange, range }) => hitOf(recipe, name, valueRange, range) ?? []);
}

// What one command gets alone is its own business.
function ofScripts(recipe: RecipeView, { scripts }: StepView): readonly Hit[] {
  return scripts.flatMap(({ commands, purpose }: ScriptView) =>
    commands.flatMap((command) => {
      if (purpose === "health") return [];
      if (command.name === "")
        return command.assignments
          .filter(({ append }) => !append)
          .flatMap(({ name, range }) => hitOf(recipe, name, behindEquals(recipe, range), range) ?? []);
      if (command.name !== "export") return [];
      return command.words.flatMap(({ range }) => {
        const name = /^(\w+)=/.exec(written(recipe, range))?.[1];
        return name === undefined ? [] : (hitOf(recipe, name, behindEquals(recipe, range), range) ?? []);
      });
    }),
  );
}

function behindEquals(recipe: RecipeView, { start, end }: Range): Range {
  return { start: start + written(recipe, { start, end }).indexOf("=") + 1, end };
}

function hitOf(recipe: RecipeView, name: string, valueRange: Range | undefined, range: Range): Hit | undefined {
  if (!NAMES.has(name) || !valueRange) return undefined;
  const value = written(recipe, valueRange);
  const bare = value.replace(/^(["'])(.*)\1$/s, "$2");
  if (/^:|::|:$/.test(bare.replace(/\$\{[^{}]*\}/g, "$X"))) return { case: "empty", fields: { name }, range };
  const keeps = variablesIn(value).has(name);
  if (keeps || bare === "" || /[`]|\$\(/.test(value) || isWhole(name, bare)) return undefined;
  return { fields: { name, value: bare, kept: oldValue(name) }, range, fix: fixOf(name, value, valueRange) };
}

// A whole standard path was written on purpose.
function isWhole(name: string, value: string): boolean {
  const parts = value.split(":");
  return name === "PATH" && parts.includes("/usr/bin") && parts.includes("/bin");
}

// Where a list has no old value, a colon at its end would put the current folder in: code of whoever can write there.
function oldValue(name: string): string {
  return name === "PATH" || name === "MANPATH" ? `:$${name}` : `\${${name}:+:$${name}}`;
}

function fixOf(name: string, value: string, range: Range): Fix | undefined {
  if (/\s/.test(value) || value.startsWith("'")) return undefined;
  const text = value.endsWith('"') ? `${value.slice(0, -1)}${oldValue(name)}"` : `${value}${oldValue(name)}`;
  return { title: `keep the old ${name}`, safe: true, edits: [{ range, text }] };
}
