// How RUN is written: STR008, STR009, STR010, STR016.

import { isInside } from "../../commands/path-globs.ts";
import { practice } from "../../practice.ts";
import type { RecipeSubject } from "../../practice-subjects.ts";
import type { CommandView, RecipeView, ScriptView, StageView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import type { Fix } from "../../types.ts";
import { allSteps, commandsIn, written } from "../recipe-parts.ts";

/** The shell scripts of RUN instructions. */
function runsOf(recipe: RecipeView): readonly { readonly step: StepView; readonly script: ScriptView }[] {
  return allSteps(recipe)
    .filter(({ keyword, instruction }) => keyword === "RUN" && instruction !== undefined)
    .flatMap((step) =>
      step.scripts.filter(({ exec, shell }) => !exec && shell !== undefined).map((script) => ({ step, script })),
    );
}

export const WORKDIR_NOT_CD = practice({
  id: "STR008",
  title: "Folders are changed with WORKDIR",
  severity: "style",
  class: "recommended",
  certainty: "certain",
  message: "RUN begins with cd {folder}",
  hint: "set the folder with WORKDIR above it",
  why: "A folder of WORKDIR is seen by every step and by the container, and is made when it is not there.",
  source: "ours",
  peers: ["DL3003", "DS-0013"],
  fix: "unsafe",
  checks: { recipe: cdHits },
  passes: [
    { shows: "WORKDIR", dockerfile: "FROM x\nWORKDIR /x\nRUN make\n" },
    { shows: "cd later", dockerfile: "FROM x\nRUN git clone u r && cd r && make\n" },
    { shows: "in a definition file", definition: "Bootstrap: docker\nFrom: x\n\n%post\n    cd /opt && make\n" },
  ],
  fails: [
    {
      shows: "cd first",
      dockerfile: "FROM x\nRUN cd /x && make\n",
      expect: { line: 2, fixed: "FROM x\nWORKDIR /x\nRUN make\n" },
    },
    {
      shows: "over two lines",
      dockerfile: "FROM x\nRUN cd /x \\\n && make\n",
      expect: { fixed: "FROM x\nWORKDIR /x\nRUN make\n" },
    },
    { shows: "a folder that nobody knows", dockerfile: "FROM x\nRUN cd $D; make\n" },
    { shows: "in a here-document", dockerfile: "FROM x\nRUN <<EOF\ncd /x\nmake\nEOF\n", expect: { line: 3 } },
  ],
});

function cdHits({ recipe, tables }: RecipeSubject): readonly Hit[] {
  return runsOf(recipe).flatMap(({ step, script }) => {
    const [first, second] = script.commands;
    if (first?.name !== "cd") return [];
    const fix = second && !script.heredoc ? cdFix(recipe, step, first, second, tables.bindDirectories) : undefined;
    return [{ fields: { folder: first.words[0]?.text ?? "" }, range: first.range, fix }];
  });
}

function cdFix(
  recipe: RecipeView,
  step: StepView,
  cd: CommandView,
  next: CommandView,
  hidden: readonly string[],
): Fix | undefined {
  const folder = cd.words[0]?.value;
  if (cd.words.length !== 1 || !folder?.startsWith("/") || cd.operatorAfter !== "&&" || step.onBuild) return undefined;
  const between = written(recipe, { start: cd.range.end, end: next.range.start });
  if (!/^\s*(\\\r?\n\s*)*&&\s*(\\\r?\n\s*)*$/.test(between) || hidden.some((path) => isInside(folder, path)))
    return undefined;
  const { start } = step.range;
  return {
    title: `set WORKDIR ${folder}`,
    safe: false,
    edits: [
      { range: { start, end: start }, text: `WORKDIR ${cd.words[0]?.text}\n` },
      { range: { start: cd.range.start, end: next.range.start }, text: "" },
    ],
  };
}

export const PIPEFAIL = practice({
  id: "STR009",
  title: "A failure left of a pipe ends the build",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "a failure of {command}, left of the pipe, is lost",
  hint: 'write SHELL ["/bin/bash", "-o", "pipefail", "-c"] above, or set -o pipefail in the step',
  why: "A shell takes the last command's answer for the whole pipe: a download that broke off goes on as if it were there.",
  source: "ours",
  peers: ["DL4006", "DS-0028"],
  fix: "unsafe",
  checks: { recipe: ({ recipe }) => recipe.stages.flatMap((stage) => pipesOf(recipe, stage)) },
  passes: [
    { shows: "SHELL", dockerfile: 'FROM x\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a | b\n' },
    { shows: "in the step", dockerfile: 'FROM x\nSHELL ["/bin/bash", "-c"]\nRUN set -eo pipefail; a | b\n' },
    {
      shows: "in the stage below",
      dockerfile: 'FROM x AS s\nSHELL ["/bin/bash", "-euxo", "pipefail", "-c"]\nFROM s\nRUN a | b\n',
    },
    { shows: "quoted", dockerfile: "FROM x\nRUN echo 'a | b' || true\n" },
    { shows: "another interpreter", dockerfile: "FROM x\nRUN <<EOF\n#!/usr/bin/env python3\nprint(1 | 2)\nEOF\n" },
    { shows: "another shell", dockerfile: 'FROM x\nSHELL ["powershell", "-Command"]\nRUN a | b\n' },
    { shows: "the interpreter says so", dockerfile: "FROM x\nRUN <<EOF\n#!/bin/bash -eo pipefail\na | b\nEOF\n" },
    { shows: "JSON form", dockerfile: 'FROM x\nRUN ["a", "|", "b"]\n' },
  ],
  fails: [
    {
      shows: "a | b",
      dockerfile: "FROM x\nRUN a | b\nRUN c | d\n",
      expect: {
        ...{ line: 2, says: "a failure of a" },
        fixed: 'FROM x\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a | b\nRUN c | d\n',
      },
    },
    {
      shows: "on Alpine",
      dockerfile: "FROM alpine:3.22\nRUN wget -qO- u | sh\n",
      expect: { fixed: 'FROM alpine:3.22\nSHELL ["/bin/ash", "-eo", "pipefail", "-c"]\nRUN wget -qO- u | sh\n' },
    },
    { shows: "in a here-document", dockerfile: "FROM x\nRUN <<EOF\nset -e\na | b\nEOF\n", expect: { line: 4 } },
  ],
});

function pipesOf(recipe: RecipeView, stage: StageView): readonly Hit[] {
  const own = runsOf({ ...recipe, stages: [stage] });
  const found = own.flatMap(({ step, script }) => {
    const command = script.commands.find(({ pipe, pipefail }) => pipe.length > 1 && pipe.index === 0 && !pipefail);
    return command ? [{ step, script, command }] : [];
  });
  return found.map(({ step, script, command }, index) => ({
    fields: { command: command.name || "the command" },
    range: command.range,
    // One SHELL holds for all steps below it.
    fix: index === 0 && !script.heredoc && !step.onBuild ? shellFix(stage, step) : undefined,
  }));
}

function shellFix({ base }: StageView, step: StepView): Fix {
  const alpine = base.name !== undefined && /alpine/.test(`${base.name.base}:${base.name.tag ?? ""}`);
  const shell = alpine ? '["/bin/ash", "-eo", "pipefail", "-c"]' : '["/bin/bash", "-o", "pipefail", "-c"]';
  const { start } = step.range;
  return {
    title: "set pipefail with SHELL",
    safe: false,
    edits: [{ range: { start, end: start }, text: `SHELL ${shell}\n` }],
  };
}

export const ONE_DOWNLOADER = practice({
  id: "STR010",
  title: "One tool for downloads is enough",
  severity: "info",
  class: "optional",
  certainty: "certain",
  message: "{other} is used here, and {first} above",
  hint: "use {first} for both",
  why: "Each is a package more to install and to look after.",
  source: "ours",
  peers: ["DL4001", "DS-0014"],
  checks: { recipe: ({ recipe }) => recipe.stages.flatMap(({ steps }) => downloaders(steps) ?? []) },
  passes: [
    { shows: "only curl", dockerfile: "FROM x\nRUN curl -O u && curl -O v\n" },
    { shows: "in two stages", dockerfile: "FROM x\nRUN curl -O u\nFROM y\nRUN wget u\n" },
    { shows: "installed, not executed", dockerfile: "FROM x\nRUN apt-get install -y wget && curl -O u\n" },
  ],
  fails: [
    {
      shows: "both",
      dockerfile: "FROM x\nRUN curl -O u\nRUN wget v\n",
      expect: { line: 3, says: "wget is used here, and curl above" },
    },
    {
      shows: "in a definition file",
      definition: "Bootstrap: docker\nFrom: x\n\n%post\n    wget u\n    curl -O v\n",
      expect: { line: 6 },
    },
  ],
});

function downloaders(steps: readonly StepView[]): Hit | undefined {
  const used = commandsIn(steps.filter(({ onBuild }) => !onBuild)).filter(({ command }) =>
    /^(wget|curl)$/.test(command.name ?? ""),
  );
  const first = used[0]?.command.name;
  const other = used.find(({ command }) => command.name !== first)?.command;
  return other && { fields: { first, other: other.name }, range: other.nameRange };
}

export const HEREDOC_ERREXIT = practice({
  id: "STR016",
  title: "A failing line of a here-document ends the build",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "a failure of {command} in this here-document is lost: only its last line counts",
  hint: "begin the here-document with set -e",
  why: "A shell goes on after a line that failed, and the build takes the last line's answer for all.",
  source: "ours",
  peers: [],
  fix: "safe",
  checks: { recipe: ({ recipe }) => runsOf(recipe).flatMap(({ step, script }) => heredocHit(step, script) ?? []) },
  passes: [
    { shows: "set -e", dockerfile: "FROM x\nRUN <<EOF\nset -e\na\nb\nEOF\n" },
    { shows: "the interpreter says so", dockerfile: "FROM x\nRUN <<EOF\n#!/bin/bash -e\na\nb\nEOF\n" },
    {
      shows: "SHELL says so",
      dockerfile: 'FROM x\nSHELL ["/bin/bash", "-euxo", "pipefail", "-c"]\nRUN <<EOF\na\nb\nEOF\n',
    },
    { shows: "one command", dockerfile: "FROM x\nRUN <<EOF\na\nEOF\n" },
    { shows: "joined", dockerfile: "FROM x\nRUN <<EOF\na &&\nb\nEOF\n" },
    { shows: "another interpreter", dockerfile: "FROM x\nRUN <<EOF python3\na\nb\nEOF\n" },
    { shows: "input of a command", dockerfile: "FROM x\nRUN cat <<EOF > /x\na\nb\nEOF\n" },
  ],
  fails: [
    {
      shows: "two lines",
      dockerfile: "FROM x\nRUN <<EOF\na\nb\nEOF\n",
      expect: { line: 3, says: "a failure of a", fixed: "FROM x\nRUN <<EOF\nset -e\na\nb\nEOF\n" },
    },
    {
      shows: "an interpreter that goes on",
      dockerfile: "FROM x\nRUN <<EOF\n#!/bin/bash\na\nb\nEOF\n",
      expect: { line: 4, fixed: "FROM x\nRUN <<EOF\n#!/bin/bash\nset -e\na\nb\nEOF\n" },
    },
  ],
});

const CANNOT_FAIL = /^(set|export|echo|true|:|)$/;

function heredocHit(step: StepView, script: ScriptView): Hit | undefined {
  const [heredoc] = step.instruction?.heredocs ?? [];
  if (!script.heredoc || !heredoc) return undefined;
  const { commands } = script;
  const lost = commands.find(
    ({ name, errexit, condition, substituted, operatorAfter }, index) =>
      !errexit &&
      !condition &&
      !substituted &&
      !CANNOT_FAIL.test(name ?? "x") &&
      /^[;\n]$/.test(operatorAfter) &&
      index < commands.length - 1,
  );
  if (!lost) return undefined;
  const shebang = /^#![^\n]*\n/.exec(heredoc.content)?.[0].length ?? 0;
  const at = heredoc.range.start + shebang;
  const fix = { title: "begin with set -e", safe: true, edits: [{ range: { start: at, end: at }, text: "set -e\n" }] };
  return { fields: { command: lost.name }, range: lost.range, fix };
}
