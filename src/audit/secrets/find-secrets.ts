// Finds what looks like a secret in a text: private keys, credentials by their form, random values beside a secret word. The time
// is linear in the text's length: every pattern is bounded and tried only where its mark stands. What was found is not answered,
// only its kind and place.

import type { Range } from "../../base/source.ts";
import { assignedSecrets } from "./assigned-secrets.ts";
import { privateKeyAt } from "./private-key.ts";
import { SECRET_FORMS, type SecretForm } from "./secret-forms.ts";

/** Something that looks like a secret. */
export interface FoundSecret {
  /** A phrase for messages: "a private key", "a token of GitHub". */
  readonly kind: string;
  /** UTF-16 offsets; bytes where bytes were searched. */
  readonly range: Range;
  /** From 1. */
  readonly line: number;
  /** `likely` for what has no form of its own. */
  readonly certainty: "certain" | "likely";
}

export interface SecretSearch {
  /** Also look for random values beside secret words; sensible for recipes and settings, not for programs. True unless said. */
  readonly assignments?: boolean | undefined;
  /** Of each kind at most; 50 unless said. */
  readonly most?: number | undefined;
}

// More would say nothing new of one text.
const MOST = 50;
const BEGIN = "-----BEGIN ";

/** What looks like a secret, in the order of the text. */
export function findSecrets(
  text: string,
  { assignments = true, most = MOST }: SecretSearch = {},
): readonly FoundSecret[] {
  const found: Omit<FoundSecret, "line">[] = [];
  for (const range of rangesOf(text, BEGIN, most, (whole, at) => privateKeyAt(whole, at)?.end)) {
    const certain = privateKeyAt(text, range.start)?.certain;
    found.push({ kind: "a private key", range, certainty: certain ? "certain" : "likely" });
  }
  for (const form of SECRET_FORMS) {
    for (const range of rangesOf(text, form.mark, most, (whole, at) => endOf(form, whole, at))) {
      found.push({ kind: form.kind, range, certainty: "certain" });
    }
  }
  if (assignments) {
    for (const range of assignedSecrets(text, most)) {
      const known = found.some((other) => other.range.start < range.end && range.start < other.range.end);
      if (!known) found.push({ kind: "a random value beside a secret word", range, certainty: "likely" });
    }
  }
  return withLines(text, found);
}

/** The same for the bytes of a file; of binary ones, too. */
export function findSecretsInBytes(bytes: Uint8Array, search?: SecretSearch): readonly FoundSecret[] {
  return findSecrets(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"), search);
}

function* rangesOf(
  text: string,
  mark: string,
  most: number,
  end: (text: string, at: number) => number | undefined,
): Generator<Range, void> {
  let count = 0;
  for (let at = text.indexOf(mark); at >= 0 && count < most; ) {
    const until = isInside(text, at) ? undefined : end(text, at);
    if (until !== undefined) {
      yield { start: at, end: until };
      count++;
    }
    at = text.indexOf(mark, until ?? at + 1);
  }
}

function endOf({ pattern, check }: SecretForm, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match && check(match[1] ?? match[0]) ? at + match[0].length : undefined;
}

// A mark inside a longer word is chance: base64 and names of programs are full of them. `\n` as two characters, and `%3D`, are not
// a part of the word behind them.
function isInside(text: string, at: number): boolean {
  if (!/[A-Za-z0-9_]{2}/.test(text.slice(Math.max(0, at - 1), at + 1))) return false;
  return !/(?:\\[nrt]|%[0-9A-F]{2})$/.test(text.slice(Math.max(0, at - 3), at));
}

function withLines(text: string, found: readonly Omit<FoundSecret, "line">[]): readonly FoundSecret[] {
  const sorted = found.toSorted((one, other) => one.range.start - other.range.start);
  let line = 1;
  let from = 0;
  return sorted.map((secret) => {
    for (let at = text.indexOf("\n", from); at >= 0 && at < secret.range.start; at = text.indexOf("\n", at + 1)) {
      line++;
      from = at + 1;
    }
    return { ...secret, line };
  });
}
