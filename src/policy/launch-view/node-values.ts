// Values of a compose file's nodes with their places, read leniently: what is not of the wanted kind is not there. The reader of
// stacks says what is wrong with it.

import type { Range } from "../../base/source.ts";
import { type Entry, type MapNode, type Node, scalarText, valueAt } from "../../recipe/compose/tree.ts";
import type { Placed } from "./types.ts";

/** The entries of a map, or of nothing. */
export function entriesOf(node: Node | undefined): readonly (readonly [string, Entry])[] {
  return node?.kind === "map" ? [...node.entries] : [];
}

/** The items of a list; a single value is a list of one. */
export function itemsOf(node: Node | undefined): readonly Node[] {
  if (node === undefined) return [];
  return node.kind === "list" ? node.items : [node];
}

/** The text under a key. */
export function textAt(node: Node | undefined, key: string): Placed<string> | undefined {
  return textOf(valueAt(node, key));
}

/** A node's text. */
export function textOf(node: Node | undefined): Placed<string> | undefined {
  const value = node && scalarText(node);
  return node && value !== undefined ? { value, range: node.at.range } : undefined;
}

/** The truth under a key, in all the words that Compose takes for one. */
export function truthAt(node: Node | undefined, key: string): Placed<boolean> | undefined {
  const text = textAt(node, key);
  if (text === undefined) return undefined;
  const word = text.value.toLowerCase();
  if (/^(true|yes|y|on|1)$/.test(word)) return { value: true, range: text.range };
  return /^(false|no|n|off|0)$/.test(word) ? { value: false, range: text.range } : undefined;
}

/** Pairs of a map, or of a list of `NAME=value`. */
export function pairsOf(node: Node | undefined): readonly (Placed<string | undefined> & { readonly name: string })[] {
  if (node?.kind === "map")
    return [...node.entries].map(([name, entry]) => ({ name, value: scalarText(entry.value), range: whole(entry) }));
  return itemsOf(node).flatMap((item) => {
    const text = scalarText(item);
    if (text === undefined) return [];
    const equals = text.indexOf("=");
    const range = item.at.range;
    return [
      equals < 0
        ? { name: text, value: undefined, range }
        : { name: text.slice(0, equals), value: text.slice(equals + 1), range },
    ];
  });
}

/** From a key to the end of its value. */
export function whole({ at, value }: Entry): Range {
  return { start: at.range.start, end: Math.max(at.range.end, endOf(value)) };
}

function endOf(node: Node): number {
  if (node.kind === "scalar") return node.at.range.end;
  const parts = node.kind === "list" ? node.items : [...node.entries.values()].map(({ value }) => value);
  return parts.reduce((end, part) => Math.max(end, part.at.range.end), node.at.range.end);
}

/** The services of a file. */
export function servicesOf(tree: MapNode): readonly (readonly [string, Entry & { readonly value: MapNode }])[] {
  return entriesOf(valueAt(tree, "services")).flatMap(([name, { at, value }]) =>
    value.kind === "map" ? [[name, { at, value }] as const] : [],
  );
}
