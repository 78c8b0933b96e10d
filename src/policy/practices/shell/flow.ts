// Which command runs after which: SC2015, SC2043, SC2103, SC2164, SC2166, SC2181.

import type { Command, Statement } from "../../../recipe/shell/ast.ts";
import { type CommandUse, hasGlob, literalOf, mayBeSplit } from "../../../recipe/shell/index.ts";
import type { ShellBody } from "./shell-body.ts";
import { shellCheck } from "./shell-check.ts";

export const NOT_IF_ELSE = shellCheck({
  id: "SC2015",
  title: "a && b || c is not if, then, else",
  severity: "info",
  message: "the command behind || also runs when the one before it fails",
  hint: "write if a; then b; else c; fi",
  why: "c runs when a fails, and when b fails after a went well.",
  passes: [
    "a || b",
    "a && b && c",
    "a && b || true",
    "a && b || echo no",
    "if a && b || c; then d; fi",
    "a && b || exit 1",
  ],
  fails: ["a && b || c", "test -f x && mv x y || touch y"],
  find: (body) => {
    const conditions = body.uses.filter(({ condition }) => condition).map(({ range }) => range.start);
    return body.statements
      .filter((statement) => !conditions.includes(statement.pipelines[0]?.commands[0]?.range.start ?? -1))
      .flatMap((statement) => orBehindAnd(statement));
  },
});

const ENDS = /^(echo|exit|return|printf|true|:|false|die|fail|error)$/;

function orBehindAnd({ operators, pipelines }: Statement) {
  const at = operators.findIndex(({ text }, index) => text === "||" && operators[index - 1]?.text === "&&");
  const last = pipelines[at + 1]?.commands[0];
  const operator = operators[at];
  if (at < 0 || !operator || !last || isHarmless(last)) return [];
  return [{ range: operator.range }];
}

function isHarmless(command: Command): boolean {
  if (command.kind === "simple") return command.words.length === 0 || ENDS.test(command.words[0]?.text ?? "");
  if (command.kind !== "group" && command.kind !== "subshell") return false;
  const last = command.body.statements.at(-1)?.pipelines.at(-1)?.commands.at(-1);
  return last !== undefined && isHarmless(last);
}

export const ONE_ROUND = shellCheck({
  id: "SC2043",
  title: "A loop over one word runs once",
  severity: "warning",
  message: "the loop runs once, for {text}",
  hint: "write the pattern or the list that was meant, or leave the loop out",
  why: "A name in quotes, or without $, is one word.",
  passes: [
    "for f in *.txt; do x; done",
    "for f in a b; do x; done",
    "for f in $LIST; do x; done",
    'for f in "$@"; do x; done',
  ],
  fails: ["for f in list; do x; done", "for f in '*.txt'; do x; done"],
  find: (body) =>
    body.compounds.flatMap((command) => {
      if (command.kind !== "for" || command.words?.length !== 1) return [];
      const [word] = command.words;
      if (!word || literalOf(word) === undefined || hasGlob(word) || mayBeSplit(word) || /[{~]/.test(word.text))
        return [];
      return [{ range: word.range, fields: { text: word.text } }];
    }),
});

const STAYS_NEAR = /^\/*((\.|\.\.)\/+)*(\.|\.\.)?$/;

function isUnchecked({ checked, condition, errexit, operatorAfter }: CommandUse): boolean {
  return !checked && !condition && !errexit && operatorAfter !== "&&" && operatorAfter !== "||";
}

export const CD_BACK = shellCheck({
  id: "SC2103",
  title: "Change folders in a subshell",
  severity: "info",
  message: "cd .. goes back only when the cd before it went well",
  hint: "write (cd folder && command) instead of both",
  why: "When the first cd fails, the second one leads out of another folder.",
  passes: ["(cd a && x); y", "cd a && x && cd ..", "set -e; cd a; x; cd .."],
  fails: ["cd a; x; cd .."],
  find: ({ uses }) =>
    uses
      .filter((use, index) => {
        const target = use.words[0]?.text ?? "";
        if (use.name !== "cd" || !/^\.\.(\/\.\.)*\/?$/.test(target) || !isUnchecked(use)) return false;
        return uses
          .slice(0, index)
          .some(
            (before) => before.name === "cd" && isUnchecked(before) && !STAYS_NEAR.test(before.words[0]?.text ?? ""),
          );
      })
      .map(({ range }) => ({ range })),
});

export const CD_CHECKED = shellCheck({
  id: "SC2164",
  title: "Say what is to happen when cd fails",
  severity: "warning",
  message: "when {text} fails, the next commands run in the wrong folder",
  hint: "write cd … || exit 1, join it with &&, or begin with set -e",
  why: "What was to be deleted or made there is then deleted or made somewhere else.",
  fix: "unsafe",
  passes: ["cd a && x", "cd a || exit 1; x", "set -e; cd a; x", "if cd a; then x; fi", "cd ..; x", "(cd a && x)"],
  fails: ["cd a; x", "(cd a; x)"],
  more: {
    passes: [
      { shows: "%post ends at a failure", definition: "Bootstrap: docker\nFrom: x\n\n%post\n    cd a\n    x\n" },
      { shows: "SHELL with -e", dockerfile: 'FROM x\nSHELL ["/bin/bash", "-euc"]\nRUN cd a; x\n' },
    ],
    fails: [
      {
        shows: "in a here-document",
        dockerfile: "FROM x\nRUN <<EOF\ncd a\nx\nEOF\n",
        expect: { line: 3, fixed: "FROM x\nRUN <<EOF\ncd a || exit 1\nx\nEOF\n" },
      },
    ],
  },
  find: (body) =>
    body.uses
      .filter(
        (use) =>
          /^(cd|pushd|popd)$/.test(use.name ?? "") && isUnchecked(use) && !STAYS_NEAR.test(use.words[0]?.text ?? "x"),
      )
      .map(({ range, node }) => {
        const { end } = body.at(node.range);
        return {
          range,
          fields: { text: textOf(body, range) },
          fix: { title: "end the script when it fails", edits: [{ range: { start: end, end }, text: " || exit 1" }] },
        };
      }),
});

function textOf({ recipe, at }: ShellBody, range: CommandUse["range"]): string {
  const { start, end } = at(range);
  return recipe.source.text.slice(start, end);
}

export const TEST_AND = shellCheck({
  id: "SC2166",
  title: "Join tests with && and ||",
  severity: "warning",
  message: "{text} inside [ ] means different things to different shells",
  hint: "write [ a ] && [ b ], or [ a ] || [ b ]",
  why: "With more than four words it is not defined what [ does with -a and -o.",
  passes: ["[ -f a ] && [ -f b ] && x", "[ -a x ] && y", "test -f a || x"],
  fails: ["[ -f a -a -f b ] && x", 'test "$A" = b -o -f c && x'],
  find: ({ uses }) =>
    uses.flatMap(({ name, words }) => {
      if (name !== "[" && name !== "test") return [];
      const joined = words.find(
        ({ text }, index) => index > 1 && index < words.length - 1 && (text === "-a" || text === "-o"),
      );
      return joined ? [{ range: joined.range, fields: { text: joined.text } }] : [];
    }),
});

export const ASK_DIRECTLY = shellCheck({
  id: "SC2181",
  title: "Ask the command itself whether it went well",
  severity: "style",
  message: "$? is compared, instead of asking the command",
  hint: "write if command; then …",
  why: "Every command between them changes $?, and set -e ends the script before it is asked.",
  passes: ["if x; then y; fi", "x; echo $?", "[ $# -eq 0 ] && x"],
  fails: ["x; if [ $? -eq 0 ]; then y; fi", 'x; test "$?" != 0 && y'],
  find: ({ uses, compounds }) => [
    ...uses
      .filter(({ name, words }) => (name === "[" || name === "test") && comparesStatus(words.map(({ text }) => text)))
      .map(({ range }) => ({ range })),
    ...compounds
      .filter(
        (one) =>
          one.kind === "test" &&
          comparesStatus(one.items.map((item) => (item.kind === "operand" ? item.word.text : item.text))),
      )
      .map(({ range }) => ({ range })),
  ],
});

function comparesStatus(words: readonly string[]): boolean {
  const [left = "", operator = "", right = ""] = words[0] === "!" ? words.slice(1) : words;
  return /^"?\$(\?|\{\?\})"?$/.test(left) && /^(-eq|-ne|-gt|==?|!=)$/.test(operator) && /^["']?0["']?$/.test(right);
}
