// What happens to expansions without quotes: SC2046, SC2048, SC2068, SC2086, SC2140, SC2145, SC2206.

import type { Range } from "../../../base/source.ts";
import type { WordPart } from "../../../recipe/shell/ast.ts";
import { assignedIn, isOneWord, unquotedCommands, unquotedParameters } from "./expansions.ts";
import type { ShellBody } from "./shell-body.ts";
import { type ShellCheck, type ShellFinding, shellCheck } from "./shell-check.ts";

const WHY =
  "The shell cuts what stands there at blanks, and replaces patterns by names of files that happen to be there.";

function inQuotes({ start, end }: Range): ShellFinding["fix"] {
  return {
    title: "put it into quotes",
    edits: [
      { range: { start, end: start }, text: '"' },
      { range: { start: end, end }, text: '"' },
    ],
  };
}

// %runscript has a practice of its own for this (PRC006).
const isStarter = ({ step }: ShellBody) => step.keyword === "runscript" || step.keyword === "startscript";

// Their answers are one word by nature.
const ONE_WORD =
  /^(nproc|arch|pwd|hostname|id -[ugUG]n?|uname -[a-z]|dpkg --print-architecture|rpm -E \S+|getconf \w+|date \+?\S*|lsb_release -[a-z]+|python3? -c .*|wc -l.*|mktemp( [\w.-]+)*|which \S+|command -v \S+)$/;

export const SPLIT_COMMANDS = shellCheck({
  id: "SC2046",
  title: "Quote what a command answers",
  severity: "warning",
  message: "{text} is cut at blanks",
  hint: 'put it into double quotes: "$(…)"',
  why: WHY,
  fix: "unsafe",
  passes: [
    'rm "$(cat x)"',
    "make -j$(nproc)",
    "A=$(cat x)",
    "for f in $(ls); do x; done",
    "[[ -n $(cat x) ]]",
    "echo '$(x)'",
  ],
  fails: ["rm $(cat x)", "apt-get purge -y `cat list`"],
  find: (body) =>
    unquotedCommands(body).flatMap(({ part }) => {
      const inner = sourceText(body, part.script.range).trim();
      if (ONE_WORD.test(inner)) return [];
      return [
        { range: part.range, fields: { text: shortened(sourceText(body, part.range)) }, fix: inQuotes(part.range) },
      ];
    }),
});

const SPECIAL = /^[#?!$-]$/;

export const SPLIT_VARIABLES = shellCheck({
  id: "SC2086",
  title: "Quote variables",
  severity: "info",
  message: "{text} is cut at blanks, and patterns in it are replaced",
  hint: 'put it into double quotes: "$NAME"',
  why: WHY,
  fix: "unsafe",
  passes: [
    'x "$A"',
    "V=1.2; x $V",
    "for p in a b; do x $p; done",
    "[[ $A == b ]]",
    "B=$A",
    "x $# $?",
    "case $A in x) y;; esac",
    "echo '$A'",
  ],
  fails: ["x $A", "V=$(cat v); tar xf a-$V.tgz", `x \${A}/b`],
  more: {
    passes: [
      {
        shows: "a known argument",
        dockerfile: "FROM x\nARG V=1.2 TARGETARCH\nENV P=/opt\nRUN x $V $P/b $TARGETARCH\n",
      },
    ],
    fails: [
      {
        shows: "in %post",
        definition: "Bootstrap: docker\nFrom: x\n\n%post\n    x $A\n",
        expect: { line: 5, fixed: 'Bootstrap: docker\nFrom: x\n\n%post\n    x "$A"\n' },
      },
    ],
  },
  find: (body) => {
    const assigned = assignedIn(body);
    return unquotedParameters(body).flatMap(({ part }) => {
      const { name, prefix, operator, index } = part;
      const counts = prefix === "#" || SPECIAL.test(name) || name === "@" || name === "*" || index !== undefined;
      if (counts || operator === ":+" || operator === "+" || isOneWord(name, body, assigned)) return [];
      return [{ range: part.range, fields: { text: sourceText(body, part.range) }, fix: inQuotes(part.range) }];
    });
  },
});

function lists(which: "@" | "*"): ShellCheck["find"] {
  return (body) =>
    isStarter(body)
      ? []
      : unquotedParameters(body).flatMap(({ part }) => {
          if (part.prefix !== undefined || (part.name !== which && part.index !== which)) return [];
          const text = sourceText(body, part.range);
          const { start, end } = part.range;
          const better = `"${text.replace(/\*(?=[\]}]|$)/, "@")}"`;
          return [
            {
              range: part.range,
              fields: { text },
              fix: { title: `write ${better}`, edits: [{ range: { start, end }, text: better }] },
            },
          ];
        });
}

export const SPLIT_STAR = shellCheck({
  id: "SC2048",
  title: 'Write "$@", not $*',
  severity: "warning",
  message: "{text} takes arguments apart at blanks",
  hint: 'write "$@"',
  why: WHY,
  fix: "unsafe",
  passes: ['f() { x "$@"; }', 'f() { echo "$*"; }'],
  fails: ["f() { x $*; }"],
  find: lists("*"),
});

export const SPLIT_ARGUMENTS = shellCheck({
  id: "SC2068",
  title: 'Quote "$@"',
  severity: "error",
  message: "{text} takes arguments apart at blanks",
  hint: 'write "$@"',
  why: WHY,
  fix: "unsafe",
  passes: ['f() { x "$@"; }', "f() { x $1x; }"],
  fails: ["f() { x $@; }"],
  find: lists("@"),
});

export const MIXED_ARGUMENTS = shellCheck({
  id: "SC2145",
  title: "Do not mix text with a list of arguments",
  severity: "error",
  message: "{text} joins its text to the first and the last argument only",
  hint: 'write "$*" for one text, or "$@" by itself',
  why: '"a $@ b" becomes as many words as there are arguments: "a first", "second", "last b".',
  passes: ['f() { x "$@" y; }', 'f() { x "a $* b"; }'],
  fails: ['f() { x "a $@"; }', 'f() { sh -c "x $@"; }'],
  find: (body) =>
    body.simples.flatMap(({ words }) =>
      words.flatMap((word) =>
        isMixed(word.parts) ? [{ range: word.range, fields: { text: shortened(word.text) } }] : [],
      ),
    ),
});

function isMixed(parts: readonly WordPart[]): boolean {
  const isList = (part: WordPart) =>
    part.kind === "parameter" && part.prefix === undefined && (part.name === "@" || part.index === "@");
  return parts.some(
    (part) => part.kind === "double" && part.parts.some(isList) && (part.parts.length > 1 || parts.length > 1),
  );
}

export const BROKEN_QUOTES = shellCheck({
  id: "SC2140",
  title: "Quotes inside quotes end them",
  severity: "warning",
  message: "{text}: the word in the middle is outside the quotes",
  hint: 'write \\" for a quote inside quotes, or use single quotes around',
  why: 'In "a "b" c" the quotes around b end and begin the outer ones: they are not in the text.',
  passes: ['echo "a b"', `echo "a 'b' c"`, 'echo "$A"/"$B"', 'echo "a \\"b\\" c"'],
  fails: ['echo "he said "hello" to me"'],
  find: (body) =>
    body.simples.flatMap(({ words }) =>
      words.flatMap((word) => {
        const broken = word.parts.some(
          (part, index) =>
            part.kind === "literal" &&
            /^[A-Za-z0-9_]+$/.test(part.text) &&
            word.parts[index - 1]?.kind === "double" &&
            word.parts[index + 1]?.kind === "double",
        );
        return broken ? [{ range: word.range, fields: { text: shortened(word.text) } }] : [];
      }),
    ),
});

export const SPLIT_ARRAYS = shellCheck({
  id: "SC2206",
  title: "Quote what goes into an array",
  severity: "warning",
  message: "{text} is cut at blanks into several items",
  hint: "put it into double quotes, or fill the array with read -ra",
  why: WHY,
  fix: "unsafe",
  passes: [],
  fails: [],
  more: {
    passes: [{ shows: "quoted", dockerfile: 'FROM x\nSHELL ["/bin/bash", "-c"]\nRUN A=("$B" c)\n' }],
    fails: [
      { shows: "unquoted", dockerfile: 'FROM x\nSHELL ["/bin/bash", "-c"]\nRUN A=($B c)\n', expect: { line: 3 } },
    ],
  },
  find: (body) =>
    body.simples.flatMap(({ assignments }) =>
      assignments.flatMap(({ array }) =>
        (array ?? []).flatMap(({ parts }) =>
          parts.flatMap((part) =>
            part.kind === "parameter" && part.prefix !== "#" && part.name !== "@" && part.index !== "@"
              ? [{ range: part.range, fields: { text: sourceText(body, part.range) }, fix: inQuotes(part.range) }]
              : [],
          ),
        ),
      ),
    ),
});

/** The text of the tree's part, as the file has it. */
function sourceText(body: ShellBody, range: Range): string {
  const { start, end } = body.at(range);
  return body.recipe.source.text.slice(start, end);
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
