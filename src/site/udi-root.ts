// Shifter's `udiRoot.conf`: its lines as keys and values (spec/shifter.md 6.1), and whether the file is fit to be believed.
// What keys mean is known by those who ask for them.

import { defineErrors } from "../base/errors.ts";
import { readTrusted } from "./trusted-file.ts";

const fail = defineErrors({
  E_UDI_ROOT_LINE: { text: "{path} line {line} has no key before =", hint: "write key=value", exit: 1 },
});

/** One `key=value` of the file, its continuation lines joined. */
export interface UdiRootEntry {
  readonly key: string;
  readonly value: string;
  /** Of the key, from 1. */
  readonly line: number;
}

/** All entries in the file's order. */
export interface UdiRoot {
  readonly path: string;
  readonly entries: readonly UdiRootEntry[];
}

/**
 * Reads a `udiRoot.conf`. Unless `trusted` says that the caller chose the file himself, it must belong to root and be
 * writable by nobody else. @throws E_UDI_ROOT_LINE, and what `readTrusted` throws
 */
export async function readUdiRoot(path: string, { trusted = false } = {}): Promise<UdiRoot> {
  return parseUdiRoot(readTrusted(path, trusted), path);
}

/** Parses the text of a `udiRoot.conf`. @throws E_UDI_ROOT_LINE */
export function parseUdiRoot(text: string, path: string): UdiRoot {
  return { path, entries: parseKeyLines(text, "=", (line) => fail("E_UDI_ROOT_LINE", { path, line })) };
}

/**
 * The lines `key<delimiter>value` of Shifter's files. A line that begins with # is no line, not even within a continued
 * one; a line without the delimiter is passed over; a backslash at the end goes on with the next line.
 */
export function parseKeyLines(text: string, delimiter: string, emptyKey: (line: number) => Error): UdiRootEntry[] {
  const entries: UdiRootEntry[] = [];
  let open: { readonly key: string; readonly line: number; readonly parts: string[] } | undefined;
  const close = (): void => {
    if (open) entries.push({ key: open.key, value: open.parts.join(" ").trim(), line: open.line });
    open = undefined;
  };
  for (const [index, whole] of text.split("\n").entries()) {
    if (whole.startsWith("#")) continue;
    let rest = whole;
    if (!open) {
      const at = whole.indexOf(delimiter);
      if (at < 0) continue;
      const key = whole.slice(0, at).trim();
      if (key === "") throw emptyKey(index + 1);
      open = { key, line: index + 1, parts: [] };
      rest = whole.slice(at + 1);
    }
    const value = rest.trim();
    const goesOn = value.endsWith("\\");
    open.parts.push(goesOn ? value.slice(0, -1).trim() : value);
    if (!goesOn) close();
  }
  close();
  return entries;
}

/** The last value of a key: of repeated scalars the last counts. */
export function lastValue(root: UdiRoot, key: string): string | undefined {
  return root.entries.findLast((entry) => entry.key === key)?.value;
}

/** The words of every value of a key: of repeated lists all count. */
export function allWords(root: UdiRoot, key: string): readonly string[] {
  const values = root.entries.filter((entry) => entry.key === key).map(({ value }) => value);
  return values.flatMap((value) => value.split(/\s+/)).filter((word) => word !== "");
}
