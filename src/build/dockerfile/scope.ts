// Where words get their values from: the recipe they stand in, the arguments of its head, and those of the call. The one
// place of this room that expands words; what is wrong with one is shown at its place.

import { BerthError } from "../../base/errors.ts";
import type { Located, SourceText } from "../../base/source.ts";
import type { Heredoc, Word } from "../../recipe/dockerfile/ast.ts";
import { expandContent, expandWord } from "../../recipe/dockerfile/expand.ts";
import { failAt } from "./errors.ts";

/** Names and their values. */
export type Variables = ReadonlyMap<string, string>;

/** What holds for all instructions of a recipe. */
export interface Scope {
  readonly source: SourceText;
  readonly escape: "\\" | "`";
  /** Values of the ARGs in front of the first FROM, and of the platform's arguments. */
  readonly globals: Variables;
  /** `--build-arg` */
  readonly buildArgs: Variables;
}

/** A word with its variables replaced, and the names that had no value. */
export interface Expansion {
  readonly text: string;
  readonly unset: readonly string[];
}

/** The place of a word. */
export function placeOf({ range }: Pick<Word, "range">, { source }: Pick<Scope, "source">): Located {
  return { source, range };
}

/** Expands a word. @throws E_DOCKERFILE_WORD */
export function expansion(word: Word, variables: Variables, scope: Omit<Scope, "globals">): Expansion {
  const found = expandedAt(word, variables, scope);
  return { text: found.text, unset: [...found.undefined] };
}

/** The text of an expanded word. @throws E_DOCKERFILE_WORD */
export function expanded(word: Word, variables: Variables, scope: Omit<Scope, "globals">): string {
  return expandedAt(word, variables, scope).text;
}

/** An expanded word, cut at the blanks that values brought in. @throws E_DOCKERFILE_WORD */
export function expandedWords(word: Word, variables: Variables, scope: Scope): readonly string[] {
  return expandedAt(word, variables, scope).words;
}

/** The content of a here-document, expanded unless its delimiter was quoted. @throws E_DOCKERFILE_WORD */
export function expandedHeredoc({ content, expand, range }: Heredoc, variables: Variables, scope: Scope): string {
  if (!expand) return content;
  return framed({ source: scope.source, range }, () => expandContent(content, { get: (name) => variables.get(name) }));
}

/** Does something with a part of a recipe; a failure that names no place is shown at this one. */
export function framed<Result>(at: Located, act: () => Result): Result {
  try {
    return act();
  } catch (cause) {
    throw placed(cause, at);
  }
}

/** The same for what takes time. */
export async function framedLater<Result>(at: Located, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (cause) {
    throw placed(cause, at);
  }
}

function placed(cause: unknown, at: Located): unknown {
  if (!(cause instanceof BerthError) || cause.fields["frame"] !== undefined) return cause;
  return failAt("E_DOCKERFILE_WORD", at, { why: cause.message, hint: cause.hint ?? "see the line above" }, { cause });
}

function expandedAt(word: Word, variables: Variables, scope: Omit<Scope, "globals">) {
  const get = (name: string) => variables.get(name);
  return framed(placeOf(word, scope), () => expandWord(word.text, { get, escape: scope.escape }));
}
