// Lists of a service in which a later item takes the place of an earlier one of the same meaning: a mount of the same target, a port
// of the same numbers. Between files that is how one changes them; within one file it is said.

import { posix } from "node:path";
import { type Sameness, UNIQUE_LISTS } from "./merge-rules.ts";
import type { Notebook } from "./notebook.ts";
import { type Entry, type MapNode, type Node, scalarText, valueAt } from "./tree.ts";

/** A service without repetitions. */
export function withoutRepetitions(service: MapNode, pointer: string, notebook: Notebook): MapNode {
  let entries: Map<string, Entry> | undefined;
  for (const [key, kind] of UNIQUE_LISTS) {
    const entry = service.entries.get(key);
    if (entry?.value.kind !== "list") continue;
    const items = uniqueItems(entry.value.items, KEYS[kind], { pointer: `${pointer}/${key}`, key }, notebook);
    if (items.length === entry.value.items.length) continue;
    entries ??= new Map(service.entries);
    entries.set(key, { ...entry, value: { ...entry.value, items } });
  }
  return entries === undefined ? service : { ...service, entries };
}

function uniqueItems(
  items: readonly Node[],
  keyOf: (node: Node) => string | undefined,
  where: { readonly pointer: string; readonly key: string },
  notebook: Notebook,
): readonly Node[] {
  const kept: Node[] = [];
  const places = new Map<string, number>();
  for (const item of items) {
    const key = keyOf(item);
    const before = key === undefined ? undefined : places.get(key);
    if (key !== undefined && before === undefined) places.set(key, kept.length);
    if (before === undefined) {
      kept.push(item);
      continue;
    }
    const earlier = kept[before];
    kept[before] = item;
    if (earlier !== undefined && earlier !== item && earlier.at.source === item.at.source && !sameText(earlier, item)) {
      notebook.warn(
        { pointer: where.pointer, at: item.at },
        `this item of ${where.key} takes the place of an earlier one`,
      );
    }
  }
  return kept;
}

function sameText(one: Node, other: Node): boolean {
  return one.kind === "scalar" && other.kind === "scalar" && one.text === other.text;
}

const KEYS: Readonly<Record<Sameness, (node: Node) => string | undefined>> = {
  word: scalarText,
  name: (node) => scalarText(node)?.split(/[=:]/, 1)[0],
  // The same path means another file in a file of another folder.
  path: (node) => posix.join(posix.dirname(node.at.source.name), word(node, "path") ?? ""),
  source: (node) => word(node, "target") ?? word(node, "source"),
  target: (node) => word(node, "target") ?? inner(scalarText(node)),
  device: (node) => word(node, "target") ?? inner(scalarText(node)),
  port: portKey,
};

function word(node: Node, key: string): string | undefined {
  const value = valueAt(node, key);
  return value === undefined
    ? node.kind === "scalar" && key !== "target"
      ? scalarText(node)
      : undefined
    : scalarText(value);
}

/** The path in the container of `SOURCE:TARGET:OPTIONS`. */
function inner(written: string | undefined): string | undefined {
  const parts = written?.split(":");
  const path = parts?.[1] ?? parts?.[0] ?? "";
  let end = path.length;
  while (end > 1 && path[end - 1] === "/") end -= 1;
  return written === undefined ? undefined : path.slice(0, end);
}

function portKey(node: Node): string | undefined {
  if (node.kind === "scalar") return scalarText(node);
  const of = (key: string, otherwise: string) => word(node, key) ?? otherwise;
  return `${of("host_ip", "0.0.0.0")}:${of("published", "")}:${word(node, "target") ?? ""}/${of("protocol", "tcp")}`;
}
