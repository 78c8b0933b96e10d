// Expansions in a script that nothing protects from being split: which words they are in, and what is known of their values.
// Knows no check.

import type { Parameter, Word, WordPart } from "../../../recipe/shell/ast.ts";
import { literalOf } from "../../../recipe/shell/index.ts";
import type { ShellBody } from "./shell-body.ts";

/** An expansion outside quotes. */
export interface Unquoted<Part> {
  readonly word: Word;
  readonly part: Part;
}

type CommandPart = Extract<WordPart, { readonly kind: "command" }>;

/** Words that the shell splits: behind commands, in redirections; not of assignments, `case` and `[[`. */
export function splitWordsOf({ simples }: ShellBody): readonly Word[] {
  return simples.flatMap(({ words, redirects }) => {
    const [name, ...rest] = words;
    if (name?.text === "expr") return [];
    const assigns = /^(export|declare|local|readonly|typeset)$/.test(name?.text ?? "");
    // A command in a variable is split on purpose; what is compared as a number has no blanks.
    const numbers = name?.text === "[" || name?.text === "test" ? comparedNumbers(rest) : [];
    const kept = rest.filter((word) => !numbers.includes(word) && !(assigns && /^\w+\+?=/.test(word.text)));
    return [...kept, ...redirects.flatMap(({ target, heredoc }) => (target && !heredoc ? [target] : []))];
  });
}

function comparedNumbers(words: readonly Word[]): readonly Word[] {
  return words.filter((_, index) =>
    [words[index - 1], words[index + 1]].some((next) => /^-(eq|ne|gt|ge|lt|le)$/.test(next?.text ?? "")),
  );
}

/** Parameters outside quotes. */
export function unquotedParameters(body: ShellBody): readonly Unquoted<Parameter>[] {
  return splitWordsOf(body).flatMap((word) =>
    word.parts.flatMap((part) => (part.kind === "parameter" ? [{ word, part }] : [])),
  );
}

/** Command substitutions outside quotes. */
export function unquotedCommands(body: ShellBody): readonly Unquoted<CommandPart>[] {
  return splitWordsOf(body).flatMap((word) =>
    word.parts.flatMap((part) => (part.kind === "command" ? [{ word, part }] : [])),
  );
}

/** Names and the values that a script gives them; undefined: what is not known. */
export function assignedIn({
  simples,
  compounds,
  uses,
}: ShellBody): ReadonlyMap<string, readonly (string | undefined)[]> {
  const values = new Map<string, (string | undefined)[]>();
  const add = (name: string, value: string | undefined) => values.set(name, [...(values.get(name) ?? []), value]);
  for (const { assignments, words } of simples) {
    for (const { name, value, array } of assignments) add(name, array ? undefined : value ? literalOf(value) : "");
    if (/^(export|declare|local|readonly|typeset)$/.test(words[0]?.text ?? "")) {
      for (const word of words.slice(1)) {
        const match = /^(\w+)(\+?=)?/.exec(word.text);
        if (match?.[1] !== undefined) add(match[1], match[2] ? literalOf(word)?.slice(match[0].length) : undefined);
      }
    }
  }
  for (const { name = "", words } of uses) {
    if (!/^(read|mapfile|readarray|getopts|let|printf|unset)$/.test(name)) continue;
    for (const { text } of words) if (/^\w+/.test(text)) add(/^\w+/.exec(text)?.[0] ?? "", undefined);
  }
  for (const compound of compounds) {
    if (compound.kind === "for" || compound.kind === "select") {
      for (const word of compound.words ?? []) add(compound.variable.text, literalOf(word));
      if (!compound.words) add(compound.variable.text, undefined);
    }
  }
  return values;
}

// Builders set these; they are one word each.
const OF_BUILDS = /^(BUILD|TARGET)(PLATFORM|OS|OSVERSION|ARCH|VARIANT)$/;

/** True when a variable is known to be one plain word, whatever stands for it. */
export function isOneWord(
  name: string,
  body: ShellBody,
  assigned: ReadonlyMap<string, readonly (string | undefined)[]>,
): boolean {
  const own = assigned.get(name);
  if (!own && OF_BUILDS.test(name)) return true;
  const values = own ?? (body.variables.has(name) ? [body.variables.get(name)] : [undefined]);
  return values.every((value) => value !== undefined && /^[^\s*?[]+$/.test(value));
}
