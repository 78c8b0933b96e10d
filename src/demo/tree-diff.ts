// The difference of two trees as the entries of an image layer (image-spec layer.md, "Representing Changes"). Pure.

import { inOrder, type Node, parentOf, type Tree } from "./tree.ts";

export type LayerEntry =
  | { readonly kind: "node"; readonly path: string; readonly node: Node }
  /** Hides this path of the layers below. */
  | { readonly kind: "whiteout"; readonly path: string }
  /** Hides all that the layers below have in this folder. */
  | { readonly kind: "opaque"; readonly path: string };

/** What must be laid over `lower` to get `upper`; folders before their content, markers before what replaces. */
export function diffTrees(lower: Tree, upper: Tree): readonly LayerEntry[] {
  const children = childrenOf(lower);
  const emptied = new Set([...children.keys()].filter((folder) => isReplaced(folder, children, upper)));
  const entries: LayerEntry[] = [];
  for (const path of inOrder(new Set([...lower.keys(), ...upper.keys()]))) {
    const [old, node] = [lower.get(path), upper.get(path)];
    if (node) {
      if (!old || !same(old, node)) entries.push({ kind: "node", path, node });
      if (emptied.has(path)) entries.push({ kind: "opaque", path });
    } else if (isFolder(upper, parentOf(path)) && !emptied.has(parentOf(path))) {
      entries.push({ kind: "whiteout", path });
    }
  }
  return withParents(entries, upper);
}

// A folder of which nothing is left, but which holds new things, is best said with one opaque marker.
function isReplaced(folder: string, children: ReadonlyMap<string, readonly string[]>, upper: Tree): boolean {
  if (folder === "" || upper.get(folder)?.type !== "directory") return false;
  if (children.get(folder)?.some((child) => upper.has(child))) return false;
  return [...upper.keys()].some((path) => parentOf(path) === folder);
}

function childrenOf(tree: Tree): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  for (const path of tree.keys()) {
    const parent = parentOf(path);
    const siblings = children.get(parent);
    if (siblings) siblings.push(path);
    else children.set(parent, [path]);
  }
  return children;
}

function isFolder(tree: Tree, path: string): boolean {
  return path === "" || tree.get(path)?.type === "directory";
}

function same(a: Node, b: Node): boolean {
  if (a.type !== b.type || a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid || a.mtime !== b.mtime) return false;
  if (a.type === "file" && b.type === "file") return a.hash === b.hash;
  return a.type !== "symlink" || b.type !== "symlink" || a.target === b.target;
}

// Builders write the folders above a change too, so that a layer can be read on its own.
function withParents(entries: readonly LayerEntry[], upper: Tree): readonly LayerEntry[] {
  const seen = new Set<string>();
  const all: LayerEntry[] = [];
  const addFolder = (path: string): void => {
    const node = upper.get(path);
    if (path === "" || seen.has(path) || !node) return;
    addFolder(parentOf(path));
    seen.add(path);
    all.push({ kind: "node", path, node });
  };
  for (const entry of entries) {
    addFolder(entry.kind === "opaque" ? entry.path : parentOf(entry.path));
    if (entry.kind !== "node") all.push(entry);
    else addFolder(entry.path);
  }
  return all;
}
