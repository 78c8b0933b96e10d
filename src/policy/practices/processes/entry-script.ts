// Scripts that an image starts with: PRC004.

import type { Command, Script, SimpleCommand } from "../../../recipe/shell/ast.ts";
import { parseShell } from "../../../recipe/shell/parse.ts";
import { baseName } from "../../commands/words.ts";
import { practice } from "../../practice.ts";
import type { AuditSubject, RecipeSubject } from "../../practice-subjects.ts";
import type { RecipeView } from "../../recipe-view/types.ts";
import { type Hit, unknown } from "../../rule.ts";
import { exampleConfig, exampleFiles } from "../example-parts.ts";
import { commandsIn, finalSteps } from "../recipe-parts.ts";
import { entrySteps, INITS, wordsOf } from "./entry-commands.ts";

const read = (text: string) => ({ context: { exists: () => true, ignoreFile: ".git", read: () => text } });
const COPIED = 'FROM x\nCOPY run.sh /run.sh\nENTRYPOINT ["/run.sh"]\n';

function image(entrypoint: readonly string[], texts: Readonly<Record<string, string>> = {}) {
  return { config: exampleConfig({ entrypoint }), files: exampleFiles([], { texts: new Map(Object.entries(texts)) }) };
}

export const SCRIPT_HANDS_OVER = practice({
  id: "PRC004",
  title: "An entry script hands over to its program",
  severity: "warning",
  class: "recommended",
  certainty: "likely",
  message: "{path} stays process 1: its last command, {command}, is not started with exec",
  hint: 'write exec before the last command, or put tini in front: ENTRYPOINT ["tini", "--", "{path}"]',
  why: "A shell as process 1 does not hand SIGTERM on: the program is killed instead of ended.",
  source: "N2.11",
  peers: [],
  fix: "unsafe",
  checks: { recipe: entryScript, image: entryScriptOfImage },
  passes: [
    { shows: "exec", dockerfile: COPIED, facts: read('#!/bin/sh\nset -e\nexec app "$@"\n') },
    {
      shows: "tini",
      dockerfile: 'FROM x\nCOPY run.sh /run.sh\nENTRYPOINT ["tini", "--", "/run.sh"]\n',
      facts: read("#!/bin/sh\napp\n"),
    },
    { shows: "another interpreter", dockerfile: COPIED, facts: read("#!/usr/bin/env python3\nmain()\n") },
    { shows: "a program of the base", dockerfile: 'FROM x\nENTRYPOINT ["docker-entrypoint.sh"]\n' },
    { shows: "nobody read the script", dockerfile: COPIED },
    { shows: "an image with exec", image: image(["/run.sh"], { "run.sh": "#!/bin/sh\nexec app\n" }) },
  ],
  fails: [
    {
      shows: "run.sh ends with app",
      dockerfile: COPIED,
      facts: read("#!/bin/sh\nset -e\napp -x\n"),
      expect: { line: 3, says: "/run.sh stays process 1: its last command, app" },
    },
    {
      shows: "a script that is written here",
      dockerfile:
        'FROM x\nCOPY --chmod=755 <<EOF /opt/run.sh\n#!/bin/sh\nexport A=1\npython3 /opt/main.py\nEOF\nENTRYPOINT ["/opt/run.sh"]\n',
      expect: {
        line: 5,
        fixed:
          'FROM x\nCOPY --chmod=755 <<EOF /opt/run.sh\n#!/bin/sh\nexport A=1\nexec python3 /opt/main.py\nEOF\nENTRYPOINT ["/opt/run.sh"]\n',
      },
    },
    {
      shows: "an image",
      image: image(["/bin/sh", "/run.sh"], { "run.sh": "#!/bin/sh\napp &\nb\n" }),
      expect: { says: "b, is not started" },
    },
    { shows: "nobody looked", image: { config: undefined }, expect: { certainty: "unknown" } },
  ],
});

/** The script that words start as process 1; undefined: none, or an init is in front. */
function scriptPath(words: readonly string[]): string | undefined {
  if (words.some((word) => INITS.test(baseName(word)))) return undefined;
  const [first = "", second = ""] = words;
  const path = /^(sh|bash|ash|dash)$/.test(baseName(first)) && !second.startsWith("-") ? second : first;
  return path === "" ? undefined : path;
}

interface LastCommand {
  readonly name: string;
  /** Offset in the text. */
  readonly at: number;
  readonly simple: boolean;
}

const SHELLS = /^#!\s*(\/usr\/bin\/env\s+)?(\S*\/)?(sh|bash|ash|dash)\b/;
const ENDS = /^(exec|exit|return|:|true|echo|printf|fi|done|wait|su-exec|s6-svscan)$/;

/** The last command of a shell script that stays process 1; undefined: it hands over, or nobody knows. */
function stayingCommand(text: string): LastCommand | undefined {
  if (!SHELLS.test(text)) return undefined;
  const { script, problems } = parseShell(text);
  if (problems.length > 0) return undefined;
  const last = lastSimple(script);
  const name = last?.words[0]?.text.replace(/["']/g, "") ?? "";
  if (!last || name === "" || ENDS.test(name) || hasExec(text)) return undefined;
  return { name: baseName(name), at: last.range.start, simple: last.assignments.length === 0 };
}

// A script that hands over in one of its branches has thought of it.
function hasExec(text: string): boolean {
  return /^[ \t]*(?:[^#\n]*(?:&&|\|\||;|then|else)\s*)?exec\s+[^<>\d&\s]/m.test(text);
}

function lastSimple({ statements }: Script): SimpleCommand | undefined {
  const statement = statements.at(-1);
  const pipeline = statement?.pipelines.at(-1);
  if (!statement || !pipeline || pipeline.commands.length !== 1 || statement.terminator?.text === "&") return undefined;
  return inside(pipeline.commands[0]);
}

function inside(command: Command | undefined): SimpleCommand | undefined {
  if (command?.kind === "simple") return command;
  return command?.kind === "group" ? lastSimple(command.body) : undefined;
}

function entryScript({ recipe, facts }: RecipeSubject): readonly Hit[] {
  const [entry] = entrySteps(recipe);
  const words = entry && wordsOf(entry);
  const path = words && scriptPath(words);
  if (!entry || path === undefined || path.includes("$")) return [];
  const target = path.startsWith("/") ? path : undefined;
  const inline = inlineText(recipe, target ?? path);
  const text = inline?.text ?? contextText(recipe, target ?? path, facts.context?.read);
  const last = text === undefined ? undefined : stayingCommand(text);
  if (!last) return [];
  const fields = { path, command: last.name };
  if (!inline) return [{ fields, range: entry.range }];
  const at = inline.start + last.at;
  const fix = { title: "start it with exec", safe: false, edits: [{ range: { start: at, end: at }, text: "exec " }] };
  return [
    { fields, range: { start: at, end: at + last.name.length }, fix: inline.exact && last.simple ? fix : undefined },
  ];
}

/** A script that the recipe itself holds. */
function inlineText(
  recipe: RecipeView,
  path: string,
): { readonly text: string; readonly start: number; readonly exact: boolean } | undefined {
  for (const { copies, instruction } of finalSteps(recipe)) {
    const [heredoc] = instruction?.heredocs ?? [];
    if (
      !heredoc ||
      !copies.some(({ target, sources }) => target === path && sources.length === 1 && sources[0]?.inline)
    )
      continue;
    const exact =
      recipe.source.text.slice(heredoc.range.start, heredoc.range.start + heredoc.content.length) === heredoc.content;
    return { text: heredoc.content, start: heredoc.range.start, exact };
  }
  return writtenByCommand(recipe, path);
}

// `cat > /run.sh <<EOF` in a step.
function writtenByCommand(recipe: RecipeView, path: string) {
  for (const { command } of commandsIn(finalSteps(recipe), "build")) {
    if (
      command.name !== "cat" ||
      !command.redirects.some(({ operator, target }) => operator === ">" && target.value === path)
    )
      continue;
    const content = command.redirects.flatMap((redirect) => redirect.content ?? [])[0];
    if (!content) continue;
    const { start, end } = content.range;
    return { text: content.text, start, exact: recipe.source.text.slice(start, end).startsWith(content.text) };
  }
  return undefined;
}

function contextText(
  recipe: RecipeView,
  path: string,
  readFile: ((path: string) => string | null | undefined) | undefined,
): string | undefined {
  if (!readFile) return undefined;
  const name = baseName(path);
  for (const { copies } of finalSteps(recipe)) {
    for (const { from, sources, target } of copies) {
      if (from || target === undefined) continue;
      const source = sources.find(
        ({ text }) => target === path || (baseName(text) === name && `${target.replace(/\/$/, "")}/${name}` === path),
      );
      const text = source && readFile(source.text.replace(/^\.?\//, ""));
      if (typeof text === "string") return text;
    }
  }
  return undefined;
}

function entryScriptOfImage({ image: { config, files } }: AuditSubject): Hit | undefined {
  if (!config) return unknown("what the image starts");
  const words = config.entrypoint.length > 0 ? config.entrypoint : config.command;
  const path = scriptPath(words);
  if (path === undefined) return undefined;
  if (!files) return unknown("what the entry script holds");
  const text = files.texts.get(path.replace(/^\//, ""));
  const last = text === undefined ? undefined : stayingCommand(text);
  return last && { fields: { path, command: last.name } };
}
