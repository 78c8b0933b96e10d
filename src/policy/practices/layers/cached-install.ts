// The order of copies and installs: LAY003.

import { type PackageCommand, packageCommand } from "../../commands/package-commands.ts";
import { practice } from "../../practice.ts";
import type { RecipeView, StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import type { Fix } from "../../types.ts";
import { commandsIn, withoutLines, written } from "../recipe-parts.ts";
import { copiesContext } from "./whole-context.ts";

export const CACHED_INSTALL = practice({
  id: "LAY003",
  title: "Packages are installed before the source is copied",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "{copy} stands before {install}: every edit of a file installs the packages anew",
  hint: "copy the lists of packages alone, install, then copy the rest",
  why: "A build takes up again from the first line that changed, and the source changes with every edit.",
  source: "Spin: Building images",
  peers: [],
  fix: "unsafe",
  checks: { recipe: ({ recipe }) => recipe.stages.flatMap(({ steps }) => hitOf(recipe, steps) ?? []) },
  passes: [
    {
      shows: "requirements first",
      dockerfile:
        "FROM python:3.13.1\nCOPY requirements.txt /app/\nRUN pip install -r /app/requirements.txt\nCOPY . /app\n",
    },
    {
      shows: "the source itself is installed",
      dockerfile: "FROM python:3.13.1\nCOPY . /app\nRUN pip install --no-cache-dir /app\n",
    },
    { shows: "no install behind it", dockerfile: "FROM debian:13.1\nCOPY . /app\nRUN make\n" },
    {
      shows: "another stage",
      dockerfile: "FROM debian:13.1 AS x\nCOPY . /app\nFROM debian:13.1\nRUN apt-get install -y curl\n",
    },
  ],
  fails: [
    {
      shows: "COPY . before pip",
      dockerfile: "FROM python:3.13.1\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nRUN make\n",
      expect: {
        ...{ line: 3, says: "COPY . ." },
        fixed:
          "FROM python:3.13.1\nWORKDIR /app\nCOPY requirements.txt ./\nRUN pip install -r requirements.txt\nCOPY . .\nRUN make\n",
      },
    },
    {
      shows: "packages of the distribution",
      dockerfile: "FROM debian:13.1\nADD ./ /srv/\nRUN apt-get update && apt-get install -y curl\n",
      expect: { line: 2, fixed: "FROM debian:13.1\nRUN apt-get update && apt-get install -y curl\nADD ./ /srv/\n" },
    },
  ],
});

function hitOf(recipe: RecipeView, steps: readonly StepView[]): Hit | undefined {
  const at = steps.findIndex(copiesContext);
  const copy = steps[at];
  const installs = steps
    .slice(at + 1)
    .find((step) => step.keyword === "RUN" && !step.onBuild && callsOf(step).some(isInstall));
  if (!copy || !installs) return undefined;
  const line = recipe.source.text.slice(0, installs.range.start).split("\n").length;
  const text = written(recipe, copy.range).split("\n")[0] ?? "";
  return {
    fields: { copy: text.slice(0, 60), install: `the install at line ${line}` },
    range: copy.range,
    fix: steps[at + 1] === installs ? fixOf(recipe, copy, installs) : undefined,
  };
}

function callsOf(step: StepView): readonly PackageCommand[] {
  return commandsIn([step], "build").flatMap(({ command }) => packageCommand(command) ?? []);
}

// What is installed from the copied source itself has to stand behind it.
function isInstall({ action, packages, flags }: PackageCommand): boolean {
  if (action !== "install" && action !== "create") return false;
  if (flags.has("-e") || flags.has("--editable")) return false;
  return packages.length === 0 || packages.some(({ kind }) => kind !== "file");
}

const MANIFESTS: Readonly<Record<string, readonly string[]>> = {
  npm: ["package*.json"],
  pnpm: ["package.json", "pnpm-lock.yaml"],
  yarn: ["package.json", "yarn.lock"],
};

/** Files of the context that a step's installs read; undefined: nobody knows. */
function manifestsOf(step: StepView): readonly string[] | undefined {
  const commands = commandsIn([step], "build");
  const files: string[] = [];
  for (const { command } of commands) {
    const call = packageCommand(command);
    if (!call && !["rm", "echo", "true"].includes(command.name ?? "")) return undefined;
    if (!call || call.action === "other") continue;
    if (call.packages.some(({ kind }) => kind !== "package") || call.open) return undefined;
    const lists = [...(call.options.get("-r") ?? []), ...(call.options.get("--requirement") ?? [])].map(
      ({ text }) => text,
    );
    if (lists.some((file) => !/^[\w.-]+$/.test(file)) || call.options.has("-c") || call.options.has("-f"))
      return undefined;
    files.push(...lists);
    if (call.action === "install" && call.packages.length === 0) files.push(...(MANIFESTS[call.manager] ?? []));
  }
  return [...new Set(files)];
}

function fixOf(recipe: RecipeView, copy: StepView, install: StepView): Fix | undefined {
  const [copied] = copy.copies;
  const files = manifestsOf(install);
  const here = copied?.target !== undefined && copied.target.replace(/(?<=.)\/$/, "") === install.before.folder;
  if (!copied || !files || (files.length > 0 && !here) || copied.sources.length !== 1) return undefined;
  if (install.mounts.length > 0 || (install.instruction?.heredocs.length ?? 0) > 0) return undefined;
  const target = /^\.\/?$/.test(copied.written.text) ? "./" : `${copied.written.text.replace(/\/$/, "")}/`;
  const first = files.length > 0 ? `COPY ${files.join(" ")} ${target}\n` : "";
  const insertAt = recipe.source.text.lastIndexOf("\n", copy.range.start - 1) + 1;
  return {
    title: "install before the source is copied",
    safe: false,
    edits: [
      { range: { start: insertAt, end: insertAt }, text: `${first}${written(recipe, install.range)}\n` },
      withoutLines(recipe, install.range),
    ],
  };
}
