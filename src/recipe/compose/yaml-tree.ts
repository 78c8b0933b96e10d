// From YAML documents to trees: aliases and merge keys are taken in, with a bound on what they may grow to; keys are checked
// to be words that stand once. Everything keeps the place where it is written, which for an alias is its anchor.

import type { Document } from "yaml";
import type { Located, SourceText } from "../../base/source.ts";
import { isAlias, isMap, isScalar, isSeq } from "../../base/yaml.ts";
import type { Notebook } from "./notebook.ts";
import { plainScalar } from "./plain-scalar.ts";
import { type Entry, type MapNode, type MergeTag, type Node, nullNode } from "./tree.ts";
import { type Budget, yamlDocuments } from "./yaml-documents.ts";

/** How many values a file may have once its aliases are written out. */
const MAX_VALUES = 250_000;
const MAX_KEY = 512;

interface Work {
  readonly source: SourceText;
  readonly notebook: Notebook;
  readonly anchors: Map<string, Node>;
  /** How many values a node is, aliases written out. */
  readonly weights: Map<Node, number>;
  copied: number;
  bomb: boolean;
}

/** The documents of a file that hold a map; empty when there is none, or when the file was not understood, which is noted. */
export function readTrees(source: SourceText, budget: Budget, notebook: Notebook): readonly MapNode[] {
  const documents = yamlDocuments(source, budget, notebook) ?? [];
  return documents.flatMap((document) => {
    const tree = treeOf(document, source, notebook);
    if (tree === undefined || (tree.kind === "scalar" && tree.value === null)) return [];
    if (tree.kind === "map") return [tree];
    notebook.error({ pointer: "", at: tree.at }, `${source.name} holds no map of keys`, "begin with services:");
    return [];
  });
}

function treeOf(document: Document, source: SourceText, notebook: Notebook): Node | undefined {
  const work: Work = { source, notebook, anchors: new Map(), weights: new Map(), copied: 0, bomb: false };
  const tree = convert(document.contents, work);
  if (!work.bomb) return tree;
  notebook.error(
    { pointer: "", at: located(work, [0, 0]) },
    `${source.name} grows to more than ${MAX_VALUES} values when its aliases are written out`,
    "use fewer aliases of aliases",
  );
  return undefined;
}

function convert(node: unknown, work: Work): Node {
  if (isAlias(node)) return aliased(node, work);
  const made = fresh(node, work);
  weigh(made, work);
  const anchor = anchorOf(node);
  if (anchor !== undefined) work.anchors.set(anchor, made);
  return made;
}

function fresh(node: unknown, work: Work): Node {
  const tag = tagOf(node, work);
  if (isMap(node)) return { ...mapOf(node, work), ...(tag && { tag }) };
  if (isSeq(node)) {
    const items = node.items.map((item) => convert(item, work));
    return { kind: "list", items, at: located(work, node.range), ...(tag && { tag }) };
  }
  if (!isScalar(node)) return nullNode(located(work, undefined));
  const text = String(node.value ?? "");
  const plain = (node.type === "PLAIN" || node.type === undefined) && !isText(node.tag);
  const value = plain ? plainScalar(text) : text;
  return { kind: "scalar", value, text, at: located(work, node.range), ...(tag && { tag }) };
}

function aliased(node: { source: string; range?: unknown }, work: Work): Node {
  const target = work.anchors.get(node.source);
  if (target !== undefined) return target;
  const at = located(work, node.range);
  work.notebook.error({ pointer: "", at }, `*${node.source} names no anchor that stands before it`);
  return nullNode(at);
}

function mapOf(node: { items: readonly { key: unknown; value: unknown }[]; range?: unknown }, work: Work): MapNode {
  const entries = new Map<string, Entry>();
  const merged: Node[] = [];
  for (const { key, value } of node.items) {
    const at = located(work, rangeOf(key));
    const name = keyOf(key, at, work);
    if (name === undefined) continue;
    if (name === "<<" && isScalar(key) && key.type === "PLAIN") {
      if (merged.length > 0) again(work, at, "<<", "write one <<: [*a, *b]");
      merged.push(convert(value, work));
    } else if (entries.has(name)) again(work, at, name, "keep one of them");
    else entries.set(name, { at, value: convert(value, work) });
  }
  const at = located(work, node.range);
  for (const source of merged) takeIn(source, entries, work);
  return { kind: "map", entries, at };
}

function again(work: Work, at: Located, name: string, hint: string): void {
  work.notebook.error({ pointer: "", at }, `the key ${name} stands twice in one map`, hint);
}

function keyOf(key: unknown, at: Located, work: Work): string | undefined {
  const spot = { pointer: "", at };
  const node = isAlias(key) ? work.anchors.get(key.source) : undefined;
  const text = isScalar(key) ? String(key.value ?? "") : node?.kind === "scalar" ? node.text : undefined;
  if (text === undefined || text === "") work.notebook.error(spot, "a key is a word");
  else if (text.length > MAX_KEY) work.notebook.error(spot, `a key is longer than ${MAX_KEY} characters`);
  else {
    const anchor = anchorOf(key);
    if (anchor !== undefined) work.anchors.set(anchor, { kind: "scalar", value: text, text, at });
    return text;
  }
  return undefined;
}

/** `<<`: entries that a map does not have itself; of several sources, the first that has a key. */
function takeIn(source: Node, entries: Map<string, Entry>, work: Work): void {
  const maps = source.kind === "list" ? source.items : [source];
  for (const map of maps) {
    if (map.kind !== "map") {
      work.notebook.error({ pointer: "", at: map.at }, "<< takes a map or a list of maps", "write <<: *name");
      continue;
    }
    work.copied += map.entries.size;
    if (work.copied > MAX_VALUES) work.bomb = true;
    if (work.bomb) return;
    for (const [key, entry] of map.entries) if (!entries.has(key)) entries.set(key, entry);
  }
}

function weigh(node: Node, work: Work): void {
  const of = (child: Node) => work.weights.get(child) ?? 1;
  let weight = 1;
  if (node.kind === "list") for (const item of node.items) weight += of(item);
  if (node.kind === "map") for (const { value } of node.entries.values()) weight += of(value);
  work.weights.set(node, weight);
  if (weight > MAX_VALUES) work.bomb = true;
}

const CORE = "tag:yaml.org,2002:";

function tagOf(node: unknown, work: Work): MergeTag | undefined {
  const tag = isMap(node) || isSeq(node) || isScalar(node) ? node.tag : undefined;
  if (tag === "!reset" || tag === "!override") return tag;
  const known = ["map", "seq", "str", "int", "float", "bool", "null"];
  if (tag === undefined || tag === "!" || known.some((name) => tag === CORE + name)) return undefined;
  const at = located(work, rangeOf(node));
  work.notebook.error({ pointer: "", at }, `the tag ${tag} is not known here`, "Compose has !reset and !override");
  return undefined;
}

function isText(tag: string | undefined): boolean {
  return tag === `${CORE}str` || tag === "!";
}

function anchorOf(node: unknown): string | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
}

function rangeOf(node: unknown): unknown {
  return typeof node === "object" && node !== null && "range" in node ? node.range : undefined;
}

function located(work: Work, range: unknown): Located {
  const [start, end] = Array.isArray(range) ? (range as number[]) : [0, 0];
  return { source: work.source, range: { start: start ?? 0, end: Math.max(start ?? 0, end ?? 0) } };
}
