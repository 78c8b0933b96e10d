// The tree that a compose file is worked on as: YAML's values with their places, nothing of YAML's syntax. Maps are real maps,
// so that no key is special. Nodes are never changed; aliases share them.

import type { Located } from "../../base/source.ts";

export type Scalar = string | number | boolean | null;

export interface ScalarNode {
  readonly kind: "scalar";
  readonly value: Scalar;
  /** As it is written, without quotes. */
  readonly text: string;
  readonly at: Located;
  readonly tag?: MergeTag | undefined;
}

export interface MapNode {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, Entry>;
  readonly at: Located;
  readonly tag?: MergeTag | undefined;
}

export interface ListNode {
  readonly kind: "list";
  readonly items: readonly Node[];
  readonly at: Located;
  readonly tag?: MergeTag | undefined;
}

export type Node = ScalarNode | MapNode | ListNode;

/** A value with the place of its key. */
export interface Entry {
  readonly at: Located;
  readonly value: Node;
}

/** Compose's own tags: take the key away, or replace it as a whole, when files are merged. */
export type MergeTag = "!reset" | "!override";

/** A text that stands where another node stood. */
export function textNode(value: string, at: Located): ScalarNode {
  return { kind: "scalar", value, text: value, at };
}

/** Nothing, at a place. */
export function nullNode(at: Located): ScalarNode {
  return { kind: "scalar", value: null, text: "", at };
}

/** A map of entries at a place. */
export function mapNode(entries: Iterable<readonly [string, Entry]>, at: Located): MapNode {
  return { kind: "map", entries: new Map(entries), at };
}

/** A list at a place. */
export function listNode(items: readonly Node[], at: Located): ListNode {
  return { kind: "list", items, at };
}

/** The value under a key of a map; undefined when it is no map, has no such key, or nothing is written there. */
export function valueAt(node: Node | undefined, key: string): Node | undefined {
  if (node?.kind !== "map") return undefined;
  const value = node.entries.get(key)?.value;
  return value === undefined || isNothing(value) ? undefined : value;
}

/** True for a key without value (`~`, `null`, nothing). */
export function isNothing(node: Node): boolean {
  return node.kind === "scalar" && node.value === null;
}

/** The map with one entry set. */
export function withEntry(map: MapNode, key: string, entry: Entry): MapNode {
  return { ...map, entries: new Map([...map.entries, [key, entry]]) };
}

/** The map without some keys. */
export function withoutKeys(map: MapNode, keys: readonly string[]): MapNode {
  return { ...map, entries: new Map([...map.entries].filter(([key]) => !keys.includes(key))) };
}

/** A scalar as a text, numbers and truths as Compose writes them; undefined for maps, lists and nothing. */
export function scalarText(node: Node): string | undefined {
  if (node.kind !== "scalar" || node.value === null) return undefined;
  return String(node.value);
}

/** How many values a node is, shared ones counted wherever they stand. `known`: of nodes that were weighed before. */
export function weightOf(node: Node, known: WeakMap<Node, number>): number {
  if (node.kind === "scalar") return 1;
  const before = known.get(node);
  if (before !== undefined) return before;
  const parts = node.kind === "list" ? node.items : [...node.entries.values()].map(({ value }) => value);
  const weight = parts.reduce((sum, part) => sum + weightOf(part, known), 1);
  known.set(node, weight);
  return weight;
}
