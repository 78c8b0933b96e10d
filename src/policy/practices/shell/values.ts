// Values that are not what they seem: SC2028, SC2059, SC2115, SC2123, SC2154, SC2155, SC2174.

import type { Parameter, SimpleCommand, Word, WordPart } from "../../../recipe/shell/ast.ts";
import { literalOf, parametersOf } from "../../../recipe/shell/index.ts";
import { assignedIn } from "./expansions.ts";
import { shellCheck } from "./shell-check.ts";

export const ECHO_ESCAPES = shellCheck({
  id: "SC2028",
  title: "echo may not know escapes",
  severity: "info",
  message: "echo writes {text} as it stands in some shells, and as a control character in others",
  hint: "write printf '…\\n'",
  why: "bash's echo leaves \\n as two characters, dash's makes a line end of it.",
  passes: ["echo 'a b'", "printf 'a\\nb\\n'", "echo -e 'a\\nb'", "echo 'C:\\\\x'"],
  fails: ["echo 'a\\nb' > x", 'echo "a\\tb"'],
  find: ({ uses }) =>
    uses.flatMap(({ name, words }) => {
      if (name !== "echo" || words.some(({ text }) => /^-[neE]*[eE]/.test(text))) return [];
      const word = words.find(({ parts }) => parts.some(holdsEscape));
      return word ? [{ range: word.range, fields: { text: /\\[nrt]/.exec(word.text)?.[0] ?? "\\n" } }] : [];
    }),
});

function holdsEscape(part: WordPart): boolean {
  if (part.kind === "single") return /(?<!\\)\\[nrt]/.test(part.text);
  return (
    part.kind === "double" && part.parts.some((inner) => inner.kind === "literal" && /(?<!\\)\\[nrt]/.test(inner.text))
  );
}

export const PRINTF_FORMAT = shellCheck({
  id: "SC2059",
  title: "No variable in printf's format",
  severity: "info",
  message: "a % or a backslash in the value changes what printf writes",
  hint: "write printf '%s\\n' \"$VALUE\"",
  why: "The first word is a format: what is in it is read as one.",
  passes: ["printf '%s\\n' \"$A\"", "printf 'a\\n'", "printf -v X '%s' \"$A\""],
  fails: ['printf "$A"', 'printf "value: $A\\n"'],
  find: ({ uses }) =>
    uses.flatMap(({ name, words }) => {
      const at = words[0]?.text === "-v" ? 2 : words[0]?.text === "--" ? 1 : 0;
      const format = name === "printf" ? words[at] : undefined;
      return format && (parametersOf(format.parts).length > 0 || hasCommand(format.parts))
        ? [{ range: format.range }]
        : [];
    }),
});

function hasCommand(parts: readonly WordPart[]): boolean {
  return parts.some((part) => part.kind === "command" || (part.kind === "double" && hasCommand(part.parts)));
}

const ROOT =
  /^\/+(\*|\.\*|(bin|boot|dev|etc|home|lib|lib64|media|mnt|opt|proc|root|sbin|srv|sys|tmp|usr|var)?(\/\*?)?)?$/;

export const RM_ROOT = shellCheck({
  id: "SC2115",
  title: "rm -r cannot reach the root by an empty variable",
  severity: "warning",
  message: "without a value of {name} this deletes {path}",
  hint: `write \${{name}:?}: the command then stops`,
  why: "A variable that is empty or mistyped leaves a path that begins at the root.",
  fix: "unsafe",
  passes: [`rm -rf "\${A:?}"/*`, "rm -rf /opt/x", 'rm -rf "$A/build"', 'rm "$A/"*', "A=/opt/x; rm -rf $A/*"],
  fails: ['rm -rf "$A"/*', "rm -r $A/usr", "rm -rf $A/"],
  more: {
    fails: [
      {
        shows: "mended",
        dockerfile: 'FROM x\nRUN rm -rf "$A"/*\n',
        expect: { fixed: `FROM x\nRUN rm -rf "\${A:?}"/*\n` },
      },
    ],
  },
  find: (body) => {
    const assigned = assignedIn(body);
    const isKnown = (name: string) =>
      (assigned.get(name) ?? [body.variables.get(name)]).every((value) => value !== undefined && value !== "");
    return body.uses.flatMap(({ name, words }) => {
      if (name !== "rm" || !words.some(({ text }) => /^-\w*[rR]|^--recursive$/.test(text))) return [];
      return words.flatMap((word) => {
        const [first, rest] = leading(word);
        if (
          !first ||
          first.operator !== undefined ||
          first.prefix !== undefined ||
          !ROOT.test(rest) ||
          rest === "" ||
          isKnown(first.name)
        )
          return [];
        const range = body.at(first.range);
        const edits = [{ range, text: `\${${first.name}:?}` }];
        return [
          {
            range: word.range,
            fields: { name: first.name, path: rest },
            fix: { title: "stop when it is empty", edits },
          },
        ];
      });
    });
  },
});

/** The parameter that a word begins with, and the text behind it. */
function leading({ parts }: Word): readonly [Parameter | undefined, string] {
  const flat = parts.flatMap((part) => (part.kind === "double" ? part.parts : [part]));
  const [first, ...rest] = flat;
  if (first?.kind !== "parameter" || rest.some(({ kind }) => kind !== "literal" && kind !== "glob"))
    return [undefined, ""];
  return [first, rest.map((part) => ("text" in part ? part.text : "")).join("")];
}

export const PATH_REPLACED = shellCheck({
  id: "SC2123",
  title: "PATH is where the shell looks for commands",
  severity: "warning",
  message: "PATH is replaced: commands are not found any more",
  hint: "give the variable another name, or write PATH=…:$PATH",
  why: "PATH is no variable of yours: the shell looks for every command in it.",
  passes: ["PATH=/opt/x:$PATH && x", "PATH=/usr/bin:/bin x", "export PATH=/opt/x/bin", "P=/x"],
  fails: ["PATH=/tmp/file; x"],
  find: ({ simples }) =>
    simples.flatMap(({ assignments, words }) => {
      const path = words.length === 0 ? assignments.find(({ name, append }) => name === "PATH" && !append) : undefined;
      const text = path?.value && literalOf(path.value);
      return path && text !== undefined && text !== "" && !/:|bin/.test(text) ? [{ range: path.range }] : [];
    }),
});

const SOURCES = /^(\.|source|eval|module|conda|mamba|spack|micromamba)$/;

export const NEVER_SET = shellCheck({
  id: "SC2154",
  title: "Variables are set before they are used",
  severity: "warning",
  certainty: "likely",
  message: "{name} is used and never set",
  hint: "set it above, or correct its name",
  why: "The shell takes nothing for it, and the command goes on without.",
  passes: [
    'x "$HOME"',
    'a=1; x "$a"',
    'for f in *; do x "$f"; done',
    `x "\${a:-b}"`,
    'while read -r l; do x "$l"; done',
    '. ./env && x "$a"',
    "echo '$a'",
  ],
  fails: ['x "$foo"', 'fo=1; x "$foo"'],
  more: {
    passes: [
      { shows: "an argument of the build", dockerfile: 'FROM x\nARG foo\nRUN x "$foo"\n' },
      {
        shows: "of %environment",
        definition:
          'Bootstrap: docker\nFrom: x\n\n%environment\n    export foo=1\n\n%runscript\n    exec x "$foo" "$@"\n',
      },
    ],
  },
  find: (body) => {
    const assigned = assignedIn(body);
    const sourced = body.uses.some(({ name }) => SOURCES.test(name ?? ""));
    if (sourced) return [];
    const seen = new Set<string>();
    return body.simples.flatMap((simple) =>
      wordsIn(simple)
        .flatMap(({ parts }) => parametersOf(parts))
        .filter(({ name, operator }) => {
          const own = /^[A-Za-z_]\w*$/.test(name) && /[a-z]/.test(name) && !PROXY.test(name);
          const open = /^:?[-+=?]/.test(operator ?? "") || assigned.has(name) || body.variables.has(name);
          if (!own || open || seen.has(name)) return false;
          seen.add(name);
          return true;
        })
        .map(({ range, name }) => ({ range, fields: { name } })),
    );
  },
});

function wordsIn({ words, assignments, redirects }: SimpleCommand): readonly Word[] {
  return [
    ...words,
    ...assignments.flatMap(({ value, array }) => [...(value ? [value] : []), ...(array ?? [])]),
    ...redirects.flatMap(({ target, heredoc }) => (target && !heredoc ? [target] : [])),
  ];
}

// Builders and users set these.
const PROXY = /^(https?|ftp|no|all)_proxy$/;

export const MASKED_ANSWER = shellCheck({
  id: "SC2155",
  title: "Declare and fill in two steps",
  severity: "warning",
  message: "a failure inside {text} is lost: {name} always goes well",
  hint: "write NAME=$(…) first, then {name} NAME",
  why: "The shell takes the answer of export or local, not that of the command in it.",
  passes: ['A="$(x)" && export A', "export A=1", 'f() { local a; a="$(x)"; }'],
  fails: ['export A="$(x)"', "f() { local a=$(x); }"],
  find: ({ simples }) =>
    simples.flatMap(({ words }) => {
      const [name, ...rest] = words;
      if (!name || !/^(export|local|declare|typeset|readonly)$/.test(name.text)) return [];
      const word = rest.find(({ text, parts }) => /^\w+=/.test(text) && hasCommand(parts));
      return word
        ? [{ range: word.range, fields: { name: name.text, text: /^\w+=/.exec(word.text)?.[0].slice(0, -1) ?? "" } }]
        : [];
    }),
});

export const MKDIR_MODE = shellCheck({
  id: "SC2174",
  title: "mkdir -p -m sets the mode of the last folder only",
  severity: "warning",
  message: "the mode holds for the last folder of {text} only",
  hint: "make the folders one by one, or set the modes with chmod",
  why: "Folders above it that mkdir makes get the usual mode.",
  passes: ["mkdir -m 700 a/b", "mkdir -p a/b", "mkdir -p -m 700 a", "mkdir -p -m 0755 /opt"],
  fails: ["mkdir -p -m 700 a/b", "mkdir -pm 0755 /opt/x"],
  find: ({ uses }) =>
    uses.flatMap(({ name, words }) => {
      const at = words.findIndex(({ text }) => /^-\w*m$|^--mode$/.test(text));
      const flags = words.map(({ text }) => text).filter((text) => text.startsWith("-"));
      const parents = flags.some((flag) => /^-\w*p|^--parents$/.test(flag));
      const mode = at >= 0 || flags.some((flag) => /^--mode=|^-\w*m\d/.test(flag));
      if (name !== "mkdir" || !parents || !mode) return [];
      // The word behind -m is its mode.
      const folders = words.filter(({ text }, index) => !text.startsWith("-") && (at < 0 || index !== at + 1));
      const deep = folders.find(({ text }) => /[^/.]\/+[^/]|^\/[^/]+\/[^/]/.test(text));
      return deep ? [{ range: deep.range, fields: { text: deep.text } }] : [];
    }),
});
