// Two trees become one, by the specification's rules of merging. Serves several files, `extends` and `include` alike.

import { MERGE_RULES, type MergeRule } from "./merge-rules.ts";
import type { Notebook } from "./notebook.ts";
import { dependencyMap, pairMap, wordMap } from "./short-forms.ts";
import { type Entry, listNode, type MapNode, type Node, scalarText, valueAt } from "./tree.ts";

/** `over` laid over `base`. The path says which rules hold: empty for files, `services.*` for services. */
export function mergeMaps(base: MapNode, over: MapNode, path: string, notebook: Notebook): MapNode {
  if (over.tag === "!override") return untagged(over);
  const entries = new Map<string, Entry>(base.entries);
  for (const [key, entry] of over.entries) {
    const { value } = entry;
    if (value.tag === "!reset") entries.delete(key);
    else if (value.tag === "!override") entries.set(key, { ...entry, value: untagged(value) });
    else {
      const before = entries.get(key);
      const merged = before && mergeNodes(before.value, value, below(path, key), notebook);
      // A collection that both give something to is shown where it is begun; a single word where it was last said.
      const at = merged !== undefined && merged.kind !== "scalar" ? (before?.at ?? entry.at) : entry.at;
      entries.set(key, merged === undefined ? entry : { at, value: merged });
    }
  }
  return { ...base, entries };
}

/** The tree without Compose's merge tags: what is reset is gone. */
export function settleTags<T extends Node>(node: T): T;
export function settleTags(node: Node): Node {
  const plain = untagged(node);
  if (plain.kind === "list") {
    return { ...plain, items: plain.items.filter(({ tag }) => tag !== "!reset").map((item) => settleTags(item)) };
  }
  if (plain.kind === "scalar") return plain;
  const kept = [...plain.entries].filter(([, { value }]) => value.tag !== "!reset");
  return {
    ...plain,
    entries: new Map(kept.map(([key, entry]) => [key, { ...entry, value: settleTags(entry.value) }])),
  };
}

function untagged<T extends Node>(node: T): T {
  return node.tag === undefined ? node : { ...node, tag: undefined };
}

const NAMED = new Set(["services", "networks", "volumes", "secrets", "configs", "services.*.ulimits"]);

function below(path: string, key: string): string {
  const name = NAMED.has(path) ? "*" : key;
  return path === "" ? name : `${path}.${name}`;
}

function mergeNodes(base: Node, over: Node, path: string, notebook: Notebook): Node {
  const rule = MERGE_RULES.get(path);
  if (rule !== undefined) return BY_RULE[rule](base, over, path, notebook);
  if (over.kind === "scalar" && over.value === null) return base;
  if (base.kind === "scalar") return over;
  if (base.kind === "map" && over.kind === "map") return mergeMaps(base, over, path, notebook);
  if (base.kind === "list" && over.kind === "list") return appended(base, over);
  notebook.error(
    { pointer: "", at: over.at },
    `${path} cannot be merged: one file has a ${base.kind}, the other a ${over.kind === "scalar" ? "single value" : over.kind}`,
    "write it in the same form, or with !override",
  );
  return over;
}

type Merge = (base: Node, over: Node, path: string, notebook: Notebook) => Node;

const BY_RULE: Readonly<Record<MergeRule, Merge>> = {
  replace: (_, over) => over,
  pairs: asMaps(pairMap),
  names: asMaps(wordMap),
  depends: asMaps(dependencyMap),
  list: (base, over) => appended(base, over),
  hosts: (base, over) => appended(base, over),
  logging: mergeLogging,
  subnets: mergeSubnets,
};

function asMaps(read: (node: Node, notebook: Notebook) => MapNode | undefined): Merge {
  return (base, over, path, notebook) => {
    const [from, onto] = [read(over, notebook), read(base, notebook)];
    if (from === undefined || onto === undefined) return from ?? onto ?? over;
    return mergeMaps(onto, from, path, notebook);
  };
}

function appended(base: Node, over: Node): Node {
  return listNode([...itemsOf(base), ...itemsOf(over)], base.at);
}

function itemsOf(node: Node): readonly Node[] {
  if (node.kind === "list") return node.items;
  return node.kind === "scalar" && node.value === null ? [] : [node];
}

function mergeLogging(base: Node, over: Node, path: string, notebook: Notebook): Node {
  if (base.kind !== "map" || over.kind !== "map") return over;
  const [before, after] = [valueAt(base, "driver"), valueAt(over, "driver")];
  const same = before === undefined || after === undefined || scalarText(before) === scalarText(after);
  return same ? mergeMaps(base, over, path, notebook) : over;
}

function mergeSubnets(base: Node, over: Node, path: string, notebook: Notebook): Node {
  if (base.kind !== "list" || over.kind !== "list") return over;
  const subnet = (node: Node) => {
    const named = valueAt(node, "subnet");
    return named && scalarText(named);
  };
  const later = new Map(over.items.map((item) => [subnet(item), item]));
  const earlier = new Set(base.items.map(subnet));
  const merged = base.items.map((item) => {
    const other = later.get(subnet(item));
    return item.kind === "map" && other?.kind === "map" ? mergeMaps(item, other, path, notebook) : item;
  });
  const added = over.items.filter((item) => !earlier.has(subnet(item)));
  return listNode([...merged, ...added], base.at);
}
