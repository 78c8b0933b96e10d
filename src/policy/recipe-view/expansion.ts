// Values of a recipe's words, as far as they are known: what depends on an unknown variable is unknown, and so is what cannot be
// expanded.

import { BerthError } from "../../base/errors.ts";
import { expandWord } from "../../recipe/dockerfile/expand.ts";
import type { ExpansionWork } from "../../recipe/expansion-work.ts";

/** Names and what is known of their values. */
export type Variables = ReadonlyMap<string, string | undefined>;

type Values = Pick<Variables, "get">;

/** A word's value and the names that it would need. */
export interface Known {
  readonly value: string | undefined;
  readonly missing: readonly string[];
}

/** How the words of a Dockerfile are expanded. */
export interface Expanding {
  readonly escaping: "\\" | "`";
  /** What it may cost; used up by it. */
  readonly work: ExpansionWork;
}

/** Expands a word of a Dockerfile. */
export function known(word: string, variables: Values, expanding: Expanding): Known {
  return expanded(word, variables, expanding, () => true);
}

/** Expands a word of FROM: a name that is not declared has no value there, so `${NAME:-default}` is its default. */
export function knownInHead(word: string, variables: Values, expanding: Expanding): Known {
  const withDefault = new Set([...word.matchAll(/\$\{([\p{L}\p{Nd}_]+):?[-+]/gu)].map((match) => match[1] ?? ""));
  return expanded(word, variables, expanding, (name) => !withDefault.has(name));
}

function expanded(
  word: string,
  variables: Values,
  { escaping, work }: Expanding,
  isNeeded: (name: string) => boolean,
): Known {
  try {
    const found = expandWord(word, { get: (name) => variables.get(name), escape: escaping, work });
    const missing = [...found.undefined].filter(isNeeded);
    return { value: missing.length === 0 ? found.text : undefined, missing };
  } catch (cause) {
    if (cause instanceof BerthError) return { value: undefined, missing: [] };
    throw cause;
  }
}

/** An absolute path without `.` and `..`; undefined when it depends on a folder that is not known. */
export function absolute(path: string | undefined, folder: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  if (!path.startsWith("/") && folder === undefined) return undefined;
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${folder}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
