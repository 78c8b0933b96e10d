// Values of `udiRoot.conf` by kind: from the text of an entry to what stands in the section `node`. Pure.

import type { UdiRootEntry } from "../udi-root.ts";
import { splitVolumes } from "../volume.ts";
import { parseBytes } from "../volume-cache.ts";
import type { Kind } from "./keys.ts";

/** A value, the line of each of its parts and what is odd about it; or what is wrong with it. */
export type Value =
  | { readonly ok: true; readonly value: unknown; readonly lines: readonly number[]; readonly odd?: string }
  | { readonly ok: false; readonly why: string; readonly hint: string };

const LISTS: Partial<Record<Kind, (text: string) => readonly string[]>> = {
  words: (text) => text.split(/\s+/),
  lastWords: (text) => text.split(/\s+/),
  commas: (text) => text.split(",").map((word) => word.trim()),
  volumes: splitVolumes,
};

type Single = (text: string) => Value;

const good = (value: unknown): Value => ({ ok: true, value, lines: [] });
const bad = (why: string, hint: string): Value => ({ ok: false, why, hint });

const oneOf = (...values: readonly string[]): Single => {
  return (text) =>
    values.includes(text) ? good(text) : bad(`is none of ${values.join(", ")}: ${text}`, "write one of them");
};

const SINGLES: Partial<Record<Kind, Single>> = {
  text: good,
  // Shifter takes any number but 0 for yes, and what has no number silently for no.
  flag: (text) => numeric(text, (number) => number !== 0) ?? bad(`is neither 0 nor 1: ${text}`, "write 0 or 1"),
  number: (text) => numeric(text, (number) => number) ?? bad(`is no whole number: ${text}`, "write digits only"),
  bytes: (text) => {
    const bytes = parseBytes(text);
    return bytes === undefined ? bad(`is no number of bytes: ${text}`, "write it like 500G") : good(bytes);
  },
  imageType: oneOf("docker", "custom", "id", "local"),
  propagation: oneOf("private", "slave"),
};

// What stands behind a number is passed over, as Shifter does: there are remarks in such places.
function numeric(text: string, make: (number: number) => unknown): Value | undefined {
  const [, digits, rest] = /^\+?(\d{1,9})(?!\d)(.*)$/s.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const read = { ok: true, value: make(Number(digits)), lines: [] } as const;
  return rest ? { ...read, odd: `has more behind its number, which is passed over: ${rest.trim()}` } : read;
}

/** What the entries of one key say together: of lists all count, of everything else the last; nothing when it is empty. */
export function readValue(kind: Kind, entries: readonly UdiRootEntry[]): Value | undefined {
  const split = LISTS[kind];
  if (split) {
    const counted = kind === "lastWords" ? entries.slice(-1) : entries;
    const parts = counted.flatMap(({ value, line }) => split(value).map((part) => ({ part, line })));
    const filled = parts.filter(({ part }) => part !== "");
    return { ok: true, value: filled.map(({ part }) => part), lines: filled.map(({ line }) => line) };
  }
  const last = entries.at(-1);
  return last === undefined || last.value === "" ? undefined : SINGLES[kind]?.(last.value);
}
