// Characters that no text has, and line ends that shells stumble over: STR021.

import type { Range } from "../../../base/source.ts";
import { practice } from "../../practice.ts";
import type { ComposeSubject, RecipeSubject, ScriptSubject } from "../../practice-subjects.ts";
import type { Hit } from "../../rule.ts";
import { allSteps } from "../recipe-parts.ts";

const HEAD = "Bootstrap: docker\nFrom: debian:13.1\n";
const ASCII_RED = "\u001b[31m";

export const PLAIN_CHARACTERS = practice({
  id: "STR021",
  title: "Files are plain text in UTF-8",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{count} that no text has, the first is {which}",
  hint: "save the file as UTF-8; a file of another kind is none of these",
  why: "Programs stop at such characters, drop them, or read other text than an editor shows.",
  source: "ours",
  peers: ["SC1017", "SC1082"],
  cases: {
    encoding: { message: "this is not UTF-8: {count} could not be read", hint: "save the file as UTF-8" },
    hidden: {
      severity: "warning",
      message: "{count} that no editor shows, the first is {which}",
      hint: "remove it, or write it as an escape such as \\033",
    },
    mark: {
      message: "the file begins with a byte order mark, which is taken for a part of its first word",
      hint: "save the file as UTF-8 without a mark",
    },
    ends: {
      message: "lines end in CR LF: the shell takes the CR for a part of the last word",
      hint: "save the file with LF as its line end, or run dos2unix",
    },
  },
  checks: {
    recipe: ofRecipe,
    compose: ({ source: { text } }: ComposeSubject) => strange(text),
    script: ofScript,
  },
  passes: [
    { shows: "other scripts", dockerfile: "FROM debian:13.1\n# é ñ 東 😀\nRUN x\n" },
    { shows: "CR LF in a Dockerfile", dockerfile: "FROM debian:13.1\r\nRUN a \\\r\n b\r\n" },
    { shows: "CR LF in a definition file", definition: `${HEAD}%post\n    x\n`.replaceAll("\n", "\r\n") },
    { shows: "a mark before a Dockerfile", dockerfile: "\uFEFFFROM debian:13.1\nRUN x\n" },
  ],
  fails: [
    { shows: "a zero byte", dockerfile: "FROM debian:13.1\nRUN echo a\0b\n", expect: { line: 2, says: "NUL" } },
    {
      shows: "another encoding",
      run: "#!/bin/bash\n# a name in another encoding\nsrun echo caf\uFFFD\n",
      expect: { case: "encoding", line: 3 },
    },
    { shows: "a colour", run: `srun echo "${ASCII_RED}x"\n`, expect: { case: "hidden", says: "U+001B" } },
    {
      shows: "text turned round",
      dockerfile: "FROM debian:13.1\nRUN x # \u202E y\n",
      expect: { case: "hidden", line: 2 },
    },
    { shows: "a mark", run: "\uFEFF#!/bin/bash\nsrun x\n", expect: { case: "mark", line: 1 } },
    { shows: "a mark before a definition file", definition: `\uFEFF${HEAD}%post\n    x\n`, expect: { case: "mark" } },
    { shows: "CR LF", run: "#!/bin/bash\r\nsrun x\r\n", expect: { case: "ends", line: 1 } },
    {
      shows: "CR LF in a here-document",
      dockerfile: "FROM debian:13.1\r\nRUN <<EOF\r\nset -e\r\nx\r\nEOF\r\n",
      expect: { case: "ends", line: 2 },
    },
    { shows: "in a compose file", compose: "services:\n  web:\n    image: 'a:1\0'\n", expect: { line: 3 } },
  ],
});

/** Control characters but tab, line feed, form feed and carriage return. */
const CONTROL = /[\0-\x08\x0E-\x1A\x1C-\x1F\x7F]/g;
/** Escape, and what turns the direction of text. */
const HIDDEN = /[\x1B\u202A-\u202E\u2066-\u2069\u200B]/g;
const REPLACED = /\uFFFD/g;

function strange(text: string): readonly Hit[] {
  return [...found(text, CONTROL, undefined), ...found(text, REPLACED, "encoding"), ...found(text, HIDDEN, "hidden")];
}

function found(text: string, pattern: RegExp, name: string | undefined): readonly Hit[] {
  const at = text.search(pattern);
  if (at < 0) return [];
  const count = text.match(pattern)?.length ?? 1;
  const range = { start: at, end: at + 1 };
  const fields = { count: count === 1 ? "1 character" : `${count} characters`, which: nameOf(text.charCodeAt(at)) };
  return [{ case: name, fields, range }];
}

function nameOf(code: number): string {
  const number = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  return code === 0 ? "NUL" : number;
}

function ofRecipe({ recipe }: RecipeSubject): readonly Hit[] {
  const { text } = recipe.source;
  const scripts = allSteps(recipe).flatMap((step) => step.scripts.filter(({ heredoc }) => heredoc));
  const ends = recipe.kind === "dockerfile" ? scripts.filter((script) => script.text.includes("\r\n")) : [];
  return [
    ...strange(text),
    ...(recipe.kind === "definition" ? marked(text) : []),
    ...ends.map(({ range }): Hit => ({ case: "ends", range })),
  ];
}

function ofScript({ source: { text } }: ScriptSubject): readonly Hit[] {
  const at = text.indexOf("\r\n");
  const range: Range = { start: at, end: at + 1 };
  return [...strange(text), ...marked(text), ...(at < 0 ? [] : [{ case: "ends", range }])];
}

function marked(text: string): readonly Hit[] {
  return text.startsWith("\uFEFF") ? [{ case: "mark", range: { start: 0, end: 1 } }] : [];
}
