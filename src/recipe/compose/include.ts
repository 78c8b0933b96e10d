// `include`: the services, networks, volumes … of another compose file, read with its own folder and variables.

import { posix } from "node:path";
import type { SourceText } from "../../base/source.ts";
import { readEnvFile } from "./env-file.ts";
import { within } from "./files.ts";
import { includedLoading, type Loading } from "./loading.ts";
import { mergeMaps } from "./merge.ts";
import type { Spot } from "./notebook.ts";
import type { Lookup } from "./template.ts";
import { type MapNode, mapNode, type Node, scalarText, valueAt } from "./tree.ts";

const MAX_DEPTH = 20;
const MAX_INCLUDED = 200;
const RESOURCES = ["services", "networks", "volumes", "secrets", "configs"];

/** Everything that a file includes, as one tree; undefined when it includes nothing. */
export function takeInIncludes(tree: MapNode, source: SourceText, loading: Loading): MapNode | undefined {
  const list = valueAt(tree, "include");
  if (list === undefined) return undefined;
  if (list.kind !== "list") {
    loading.notebook.error({ pointer: "/include", at: list.at }, "include: takes a list of files");
    return undefined;
  }
  let whole = mapNode([], list.at);
  list.items.forEach((item, index) => {
    const included = includeOne(item, `/include/${index}`, source, loading);
    if (included !== undefined) whole = mergeMaps(whole, included, "", loading.notebook);
  });
  return whole;
}

function includeOne(item: Node, pointer: string, source: SourceText, loading: Loading): MapNode | undefined {
  const { files, notebook } = loading;
  const spot = { pointer, at: item.at };
  const folder = files.folderOf(source);
  const [main, ...overrides] = wordsOf(item.kind === "map" ? valueAt(item, "path") : item);
  if (main === undefined) {
    notebook.error(spot, "include: names no file", "write - path: FILE");
    return undefined;
  }
  const first = files.open(main, folder, spot);
  if (first === undefined) return undefined;
  if (isEndless(first, spot, loading)) return undefined;
  const wished = scalarOf(valueAt(item, "project_directory"));
  const below = wished === undefined ? posix.dirname(first.name) : within(`${wished}/.`, folder, spot, notebook);
  if (below === undefined) return undefined;
  const sources = [first, ...overrides.flatMap((path) => files.open(path, folder, spot) ?? [])];
  const inner = includedLoading(loading, first.name, variablesOf(item, below, folder, loading));
  const tree = loading.loadFiles(
    sources.map((file) => files.under(file, below)),
    inner,
  );
  if (tree === undefined) return undefined;
  return mapNode(
    [...tree.entries].filter(([key]) => RESOURCES.includes(key)),
    tree.at,
  );
}

function isEndless(file: SourceText, spot: Spot, loading: Loading): boolean {
  const { including, notebook, spent } = loading;
  if (including.includes(file.name)) {
    notebook.error(spot, `${file.name} is included by itself: ${[...including, file.name].join(" includes ")}`);
    return true;
  }
  if (including.length < MAX_DEPTH && ++spent.included <= MAX_INCLUDED) return false;
  notebook.refuse(spot, "too many files are included");
  return true;
}

/** Variables of an included file: those of who includes it win over its own `.env` or `env_file`. */
function variablesOf(item: Node, below: string, folder: string, loading: Loading): Lookup {
  const { files, notebook, lookup } = loading;
  const spot = { pointer: "/include", at: item.at };
  const named = valueAt(item, "env_file");
  const found =
    named === undefined
      ? [files.peek(".env", below, spot)]
      : wordsOf(named)
          .filter((path) => path !== "/dev/null")
          .map((path) => files.open(path, folder, spot));
  const own = new Map<string, string>();
  for (const file of found) {
    if (file === undefined) continue;
    for (const [name, node] of readEnvFile(file, lookup, notebook)) own.set(name, node.text);
  }
  return (name) => lookup(name) ?? own.get(name);
}

function wordsOf(node: Node | undefined): readonly string[] {
  if (node === undefined) return [];
  const nodes = node.kind === "list" ? node.items : [node];
  return nodes.flatMap((one) => scalarText(one) ?? []);
}

function scalarOf(node: Node | undefined): string | undefined {
  return node === undefined ? undefined : scalarText(node);
}
