// Compose's short forms as the long ones, so that two files can be merged and one reader is enough: `A=B` lists as maps, lists of
// names as maps, `host:address` as pairs.

import type { Notebook } from "./notebook.ts";
import { type Entry, type MapNode, mapNode, type Node, nullNode, scalarText, textNode } from "./tree.ts";

/** A list of NAME=VALUE (or NAME alone) as a map; a map as it is; undefined for anything else. */
export function pairMap(node: Node, notebook: Notebook): MapNode | undefined {
  if (node.kind === "map") return node;
  if (node.kind === "scalar" && node.value === null) return mapNode([], node.at);
  if (node.kind !== "list") return undefined;
  const entries: [string, Entry][] = [];
  for (const item of node.items) {
    const text = scalarText(item);
    if (text === undefined) {
      notebook.error(
        { pointer: "", at: item.at },
        "a list of NAME=VALUE holds words only",
        "write - NAME=VALUE, or a map NAME: VALUE",
      );
      continue;
    }
    const equals = text.indexOf("=");
    const name = equals < 0 ? text : text.slice(0, equals);
    const value = equals < 0 ? nullNode(item.at) : textNode(text.slice(equals + 1), item.at);
    entries.push([name, { at: item.at, value }]);
  }
  return mapNode(entries, node.at);
}

/** A list of names as a map without values. */
export function wordMap(node: Node, notebook: Notebook): MapNode | undefined {
  if (node.kind === "map") return node;
  if (node.kind === "scalar" && node.value === null) return mapNode([], node.at);
  if (node.kind !== "list") return undefined;
  const words = node.items.flatMap((item) => {
    const text = scalarText(item);
    if (text === undefined) notebook.error({ pointer: "", at: item.at }, "a list of names holds words only");
    return text === undefined ? [] : [[text, { at: item.at, value: nullNode(item.at) }] as const];
  });
  return mapNode(words, node.at);
}

/** `depends_on` as a map of conditions. */
export function dependencyMap(node: Node, notebook: Notebook): MapNode | undefined {
  const map = wordMap(node, notebook);
  if (map === undefined || node.kind === "map") return map;
  const started = (entry: Entry): Entry => ({
    ...entry,
    value: mapNode([["condition", { at: entry.at, value: textNode("service_started", entry.at) }]], entry.at),
  });
  return mapNode(
    [...map.entries].map(([key, entry]) => [key, started(entry)] as const),
    node.at,
  );
}
