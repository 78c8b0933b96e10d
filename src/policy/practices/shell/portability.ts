// What not every shell has: SC2006, SC2148, SC2230, SC3010, SC3040.

import type { Word, WordPart } from "../../../recipe/shell/ast.ts";
import type { Practice } from "../../practice.ts";
import type { RecipeSubject } from "../../practice-subjects.ts";
import type { StepView } from "../../recipe-view/types.ts";
import type { Hit } from "../../rule.ts";
import { allSteps } from "../recipe-parts.ts";
import { hasBashLikeSh, type ShellBody } from "./shell-body.ts";
import { type ShellFinding, shellCheck } from "./shell-check.ts";

export const BACKQUOTES = shellCheck({
  id: "SC2006",
  title: "Write $(…), not backquotes",
  severity: "style",
  message: "backquotes are hard to see and to nest",
  hint: "write $(…)",
  why: "Inside backquotes backslashes mean other things, and one inside another needs more of them.",
  fix: "safe",
  passes: ['A="$(date)"', "echo '`date`'"],
  fails: ['A="`date`"'],
  more: {
    fails: [
      {
        shows: "mended",
        dockerfile: 'FROM x\nRUN A="`date +%F`" && x\n',
        expect: { fixed: 'FROM x\nRUN A="$(date +%F)" && x\n' },
      },
    ],
  },
  find: (body) =>
    wordsOf(body)
      .flatMap(({ parts }) => backquoted(parts))
      .map((part) => ({ range: part.range, fix: withDollar(body, part) })),
});

function wordsOf({ simples, compounds }: ShellBody): readonly Word[] {
  return [
    ...simples.flatMap(({ words, assignments }) => [...words, ...assignments.flatMap(({ value }) => value ?? [])]),
    ...compounds.flatMap((one) => (one.kind === "for" || one.kind === "select" ? (one.words ?? []) : [])),
  ];
}

type Command = Extract<WordPart, { readonly kind: "command" }>;

function backquoted(parts: readonly WordPart[]): readonly Command[] {
  return parts.flatMap((part) => {
    if (part.kind === "double") return backquoted(part.parts);
    return part.kind === "command" && part.style === "`" ? [part] : [];
  });
}

function withDollar({ recipe, at }: ShellBody, { range }: Command): ShellFinding["fix"] {
  const { start, end } = at(range);
  const text = recipe.source.text.slice(start, end);
  if (!/^`[^\\`]*`$/.test(text)) return undefined;
  return {
    title: "write $(…)",
    edits: [
      { range: { start, end: start + 1 }, text: "$(" },
      { range: { start: end - 1, end }, text: ")" },
    ],
  };
}

export const WHICH = shellCheck({
  id: "SC2230",
  title: "Ask with command -v",
  severity: "info",
  message: "which is not there everywhere, and answers differently",
  hint: "write command -v",
  why: "command -v is a part of every shell; which is a program of its own.",
  fix: "unsafe",
  passes: ["command -v gcc", "apt-get install which"],
  fails: ["which gcc", 'A="$(which python3)"'],
  find: (body) =>
    body.uses
      .filter(({ name, words }) => name === "which" && words.length === 1 && !words[0]?.text.startsWith("-"))
      .flatMap(({ nameWord }) => {
        if (nameWord?.text !== "which") return [];
        const edits = [{ range: body.at(nameWord.range), text: "command -v" }];
        return [{ range: nameWord.range, fix: { title: "write command -v", edits } }];
      }),
});

export const DOUBLE_BRACKETS = shellCheck({
  id: "SC3010",
  title: "/bin/sh has no [[ ]]",
  severity: "warning",
  message: "[[ ]] is not known to every /bin/sh",
  hint: 'write [ ], or SHELL ["/bin/bash", "-c"] above',
  why: "Debian's and Ubuntu's /bin/sh takes [[ for a command that is not there, and the test always fails.",
  passes: ["[ -f x ] && y"],
  fails: ["if [[ -f x ]]; then y; fi", "[[ $A == b ]] && y"],
  more: {
    passes: [
      { shows: "bash", dockerfile: 'FROM debian:13.1\nSHELL ["/bin/bash", "-c"]\nRUN [[ -f x ]] && y\n' },
      { shows: "a base whose sh knows it", dockerfile: "FROM alpine:3.22\nRUN [[ -f x ]] && y\n" },
    ],
    fails: [
      {
        shows: "%runscript",
        definition: "Bootstrap: docker\nFrom: debian:13.1\n\n%runscript\n    [[ -f x ]] && exec y\n",
        expect: { line: 5 },
      },
    ],
  },
  find: (body) =>
    hasBashLikeSh(body) ? [] : body.compounds.filter(({ kind }) => kind === "test").map(({ range }) => ({ range })),
});

export const SH_PIPEFAIL = shellCheck({
  id: "SC3040",
  title: "/bin/sh may not know pipefail",
  severity: "warning",
  message: "set -o pipefail is not known to every /bin/sh",
  hint: 'write SHELL ["/bin/bash", "-o", "pipefail", "-c"] above',
  why: "Debian's and Ubuntu's /bin/sh ends at an option that it does not know.",
  passes: ["set -eu; x"],
  fails: ["set -o pipefail && a | b", "set -eo pipefail; a | b"],
  more: {
    passes: [
      { shows: "bash", dockerfile: 'FROM debian:13.1\nSHELL ["/bin/bash", "-c"]\nRUN set -o pipefail; a | b\n' },
      { shows: "a base whose sh knows it", dockerfile: "FROM rockylinux:9\nRUN set -o pipefail; a | b\n" },
    ],
  },
  find: (body) =>
    hasBashLikeSh(body)
      ? []
      : body.uses
          .filter(({ name, words }) => name === "set" && words.some(({ text }) => text === "pipefail"))
          .map(({ range }) => ({ range })),
});

/** Not of a script's commands but of a script that is written into the image. */
export const SHEBANG: Practice = {
  id: "SC2148",
  title: "A script says which shell runs it",
  severity: "error",
  class: "optional",
  certainty: "likely",
  message: "{path} does not begin with #!: whoever starts it chooses its shell",
  hint: "begin it with #!/bin/sh or #!/bin/bash",
  why: "Without the line the system cannot start it, and a shell that does reads it in its own way.",
  source: "ours",
  peers: [],
  checks: { recipe: ({ recipe }: RecipeSubject) => allSteps(recipe).flatMap((step) => scriptWithout(step) ?? []) },
  passes: [
    { shows: "with the line", dockerfile: "FROM x\nCOPY <<EOF /run.sh\n#!/bin/sh\nx\nEOF\n" },
    { shows: "read by shells", dockerfile: "FROM x\nCOPY <<EOF /etc/profile.d/x.sh\nexport A=1\nEOF\n" },
    { shows: "another file", dockerfile: "FROM x\nCOPY <<EOF /etc/x.conf\na = 1\nEOF\n" },
  ],
  fails: [
    {
      shows: "without the line",
      dockerfile: "FROM x\nCOPY <<EOF /run.sh\nx\nEOF\n",
      expect: { line: 3, says: "/run.sh" },
    },
  ],
};

function scriptWithout({ copies, instruction }: StepView): Hit | undefined {
  const [heredoc] = instruction?.heredocs ?? [];
  const path = copies.find(({ sources }) => sources.length === 1 && sources[0]?.inline)?.target;
  if (!heredoc || path === undefined || !path.endsWith(".sh")) return undefined;
  if (/^\/etc\/|\/(profile|activate|conda)\.d\/|env[^/]*\.sh$|activate|setup|functions|\/lib\//.test(path))
    return undefined;
  if (/^#!/.test(heredoc.content) || heredoc.content.trim() === "") return undefined;
  return { fields: { path }, range: heredoc.range };
}
