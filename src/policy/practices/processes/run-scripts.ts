// %runscript and %startscript of definition files: PRC005, PRC006.

import { practice } from "../../practice.ts";
import type { RecipeSubject } from "../../practice-subjects.ts";
import type { CommandView, RecipeView, ScriptView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import type { Edit, Fix } from "../../types.ts";
import { written } from "../recipe-parts.ts";
import { ONLY_OF_SHELLS } from "./entry-commands.ts";

const HEAD = "Bootstrap: docker\nFrom: debian:13.1\n\n";

/** Sections that start something, with their shell scripts. */
function startersOf({ kind, chain }: RecipeView): readonly { readonly step: StepView; readonly script: ScriptView }[] {
  if (kind !== "definition") return [];
  return chain
    .flatMap(({ steps }) => steps)
    .filter(({ keyword }) => keyword === "runscript" || keyword === "startscript")
    .flatMap((step) => step.scripts.filter(({ shell }) => shell !== undefined).map((script) => ({ step, script })));
}

// What leaves no process behind.
const PASSING =
  /^(echo|printf|cat|true|:|exit|return|set|export|cd|source|\.|test|\[|\[\[|mkdir|umask|ulimit|unset|shift|local|read|)$/;

export const SCRIPTS_EXEC = practice({
  id: "PRC005",
  title: "%runscript and %startscript hand over with exec",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "%{section} has no exec: a shell stays between the caller and {command}",
  hint: "begin the last command with exec",
  why: "The shell does not hand signals on: a job that is ended leaves the program behind, or kills it.",
  source: "N2.11",
  peers: [],
  fix: "safe",
  checks: { recipe: withoutExec },
  passes: [
    { shows: "exec", definition: `${HEAD}%runscript\n    exec python3 x "$@"\n` },
    {
      shows: "exec in a branch",
      definition: `${HEAD}%runscript\n    if [ $# = 0 ]; then echo use; exit 1; fi\n    exec x "$@"\n`,
    },
    { shows: "only prints", definition: `${HEAD}%runscript\n    echo "This container has R"\n    cat /etc/motd\n` },
    { shows: "another interpreter", definition: `${HEAD}%runscript\n    #!/usr/bin/env python3\n    print(1)\n` },
  ],
  fails: [
    {
      shows: "one command",
      definition: `${HEAD}%runscript\n    python3 x "$@"\n`,
      expect: { line: 5, says: "%runscript has no exec", fixed: `${HEAD}%runscript\n    exec python3 x "$@"\n` },
    },
    {
      shows: "daemons",
      definition: `${HEAD}%startscript\n    httpd -k start &\n    mysqld_safe\n`,
      expect: { line: 6 },
    },
    {
      shows: "the last in a branch",
      definition: `${HEAD}%runscript\n    if true; then\n        x "$@"\n    fi\n`,
      expect: { line: 6 },
    },
  ],
});

function withoutExec({ recipe }: RecipeSubject): readonly Hit[] {
  return startersOf(recipe).flatMap(({ step, script }) => {
    const { commands } = script;
    const has = commands.some(
      ({ wrappers, name }) => name === "exec" || wrappers.some((wrapper) => wrapper.name === "exec"),
    );
    const last = commands.filter(({ name, substituted }) => !substituted && !PASSING.test(name ?? "x")).at(-1);
    if (has || !last) return [];
    return [
      {
        fields: { section: step.keyword, command: last.name ?? "the program" },
        range: last.range,
        fix: execFix(recipe, script, last),
      },
    ];
  });
}

// Only a last line that is one simple command: then nothing would have come behind it.
function execFix(recipe: RecipeView, { tree }: ScriptView, command: CommandView): Fix | undefined {
  const last = tree?.script.statements.at(-1);
  const [pipeline] = last?.pipelines ?? [];
  const [simple] = pipeline?.commands ?? [];
  const single =
    last?.pipelines.length === 1 && pipeline?.commands.length === 1 && simple?.kind === "simple" && !pipeline.negated;
  if (!single || last.terminator?.text === "&" || command.wrappers.length > 0 || command.assignments.length > 0)
    return undefined;
  if (!written(recipe, command.range).startsWith(simple.words[0]?.text ?? "\0")) return undefined;
  // Functions and what only a shell has are no programs.
  const { name = "" } = command;
  if (ONLY_OF_SHELLS.has(name) || hasFunction(tree, name)) return undefined;
  const { start } = command.range;
  return { title: "begin it with exec", safe: true, edits: [{ range: { start, end: start }, text: "exec " }] };
}

function hasFunction(tree: ScriptView["tree"], name: string): boolean {
  const commands = (tree?.script.statements ?? []).flatMap(({ pipelines }) => pipelines.flatMap((one) => one.commands));
  return commands.some((one) => one.kind === "function" && one.name.text === name);
}

export const ARGUMENTS_QUOTED = practice({
  id: "PRC006",
  title: "%runscript passes its arguments on as they are",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{text} without quotes: arguments with blanks break",
  hint: 'write "$@"',
  why: "A file name with a blank becomes two words, and a pattern is replaced by files that happen to be there.",
  source: "ours",
  peers: ["SC2068", "SC2048"],
  cases: {
    unused: {
      severity: "info",
      message: "%runscript starts {command} and never uses the arguments that it is given",
      hint: 'end the command with "$@"',
    },
  },
  fix: "safe",
  checks: { recipe: argumentHits },
  passes: [
    { shows: "quoted", definition: `${HEAD}%runscript\n    exec x "$@"\n` },
    { shows: "a single one", definition: `${HEAD}%runscript\n    exec x "$1" "\${2:-a}"\n` },
    { shows: "only prints", definition: `${HEAD}%runscript\n    echo help\n` },
    { shows: "a service", definition: `${HEAD}%startscript\n    exec served --port 8080\n` },
    {
      shows: "in a section of a build",
      definition: `${HEAD}%post\n    f() { x $@; }\n\n%runscript\n    exec x "$@"\n`,
    },
  ],
  fails: [
    {
      shows: "exec x $@",
      definition: `${HEAD}%runscript\n    exec x $@\n`,
      expect: { line: 5, says: "$@ without quotes", fixed: `${HEAD}%runscript\n    exec x "$@"\n` },
    },
    {
      shows: "$*",
      definition: `${HEAD}%runscript\n    exec x $*\n`,
      expect: { fixed: `${HEAD}%runscript\n    exec x "$@"\n` },
    },
    {
      shows: "never used",
      definition: `${HEAD}%runscript\n    exec python /opt/segment.py\n`,
      expect: { case: "unused", severity: "info", line: 5 },
    },
  ],
});

function argumentHits({ recipe }: RecipeSubject): readonly Hit[] {
  return startersOf(recipe).flatMap(({ step, script }): readonly Hit[] => {
    const found = script.commands.flatMap(({ words }) => words).flatMap((word) => unquoted(recipe, word.range));
    const [first] = found;
    if (first) {
      const fix: Fix = { title: "put it into quotes", safe: true, edits: found };
      return [{ fields: { text: written(recipe, first.range) }, range: first.range, fix }];
    }
    if (step.keyword !== "runscript" || /\$[@*#1-9]|\$\{[@*#1-9]|\bshift\b|\bgetopts\b/.test(script.text)) return [];
    const program = script.commands.findLast(({ name, substituted }) => !substituted && !PASSING.test(name ?? ""));
    return program ? [{ case: "unused", fields: { command: program.name }, range: program.range }] : [];
  });
}

// A whole word: inside a longer one the shell joins it with its neighbours.
function unquoted(recipe: RecipeView, range: Edit["range"]): readonly Edit[] {
  return /^(\$[@*]|\$\{[@*]\})$/.test(written(recipe, range)) ? [{ range, text: '"$@"' }] : [];
}
