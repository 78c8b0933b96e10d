// A value of the merged recipe on its way into a spec: the node with its JSON pointer. And how single values are read: every reader
// notes what is wrong and answers undefined.

import type { Located } from "../../base/source.ts";
import { type Notebook, segment } from "./notebook.ts";
import { isNothing, type Node, scalarText } from "./tree.ts";

/** A value with the way to it. */
export interface Field {
  readonly node: Node;
  readonly pointer: string;
  /** The place that stands for it in messages: a single value itself, a collection by its key. */
  readonly at: Located;
}

/** The field of a key; undefined when nothing is written there. */
export function child(field: Field | undefined, key: string): Field | undefined {
  if (field?.node.kind !== "map") return undefined;
  const entry = field.node.entries.get(key);
  if (entry === undefined || isNothing(entry.value)) return undefined;
  return entryField(field, key, entry.at, entry.value);
}

/** All fields of a map, with their keys; also those without a value. */
export function children(field: Field | undefined): readonly (readonly [string, Field])[] {
  if (field?.node.kind !== "map") return [];
  return [...field.node.entries].map(([key, { at, value }]) => [key, entryField(field, key, at, value)] as const);
}

/** The fields of a list; of anything else none. */
export function items(field: Field | undefined): readonly Field[] {
  if (field?.node.kind !== "list") return [];
  return field.node.items.map((node, index) => ({ node, pointer: `${field.pointer}/${index}`, at: node.at }));
}

function entryField(field: Field, key: string, at: Located, value: Node): Field {
  const pointer = `${field.pointer}/${segment(key)}`;
  return { node: value, pointer, at: value.kind === "scalar" && !isNothing(value) ? value.at : at };
}

/** Reads a field of one kind, or notes why it is not. */
export type Reader<T> = (field: Field, notebook: Notebook) => T | undefined;

/** A reader for a field that may be missing. */
export function optional<T>(field: Field | undefined, read: Reader<T>, notebook: Notebook): T | undefined {
  return field === undefined ? undefined : read(field, notebook);
}

/** The last word of a pointer, for messages. */
export function keyOf(field: Field): string {
  const [last = "", before = ""] = field.pointer.split("/").slice(-2).reverse();
  const word = (text: string) => text.replaceAll("~1", "/").replaceAll("~0", "~");
  return /^\d+$/.test(last) ? `${word(before)}[${last}]` : word(last);
}

/** A text; numbers and truths become the text that Compose makes of them. */
export const text: Reader<string> = (field, notebook) => {
  const found = scalarText(field.node);
  if (found === undefined) notebook.error(field, `${keyOf(field)} is one word or text`);
  else if (found.includes("\0")) notebook.error(field, `${keyOf(field)} holds a character that no program takes`);
  else return found;
  return undefined;
};

/** A text that is one of a few words. */
export function oneOf<T extends string>(words: readonly T[]): Reader<T> {
  return (field, notebook) => {
    const found = scalarText(field.node);
    const word = words.find((candidate) => candidate === found);
    if (word === undefined)
      notebook.error(field, `${keyOf(field)} is ${words.join(", ")}; not ${found ?? "a collection"}`);
    return word;
  };
}

/** A truth. */
export const flag: Reader<boolean> = (field, notebook) => {
  const word = scalarText(field.node)?.toLowerCase() ?? "";
  if (word === "true" || word === "false") return word === "true";
  if (/^(?:y|yes|on|n|no|off)$/.test(word)) return /^(?:y|yes|on)$/.test(word);
  notebook.error(field, `${keyOf(field)} is true or false`);
  return undefined;
};

/** A whole number within bounds. */
export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER): Reader<number> {
  return (field, notebook) => {
    const word = scalarText(field.node) ?? "";
    const value = /^[-+]?\d+$/.test(word) ? Number(word) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `between ${least} and ${most}`;
    notebook.error(field, `${keyOf(field)} is a whole number, ${range}`);
    return undefined;
  };
}

/** A number that is not negative. */
export const amount: Reader<number> = (field, notebook) => {
  const word = scalarText(field.node) ?? "";
  const value = /^(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?$/i.test(word) ? Number(word) : Number.NaN;
  if (Number.isFinite(value)) return value;
  notebook.error(field, `${keyOf(field)} is a number, such as 0.5`);
  return undefined;
};
