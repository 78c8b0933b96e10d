// The merge as the image specification tells it, in the plainest way: layers oldest first, entry by entry, on a map in
// memory (image-spec layer.md, "Applying Changesets"). The judge of the streaming merge, which works the other way round.

import type { LayerEntry } from "../support/oci-image.ts";
import { IMPLIED, type Tree, type TreeNode } from "./tree.ts";

const OPAQUE = ".wh..wh..opq";

/** The tree that a stack of layers leaves; oldest layer first. */
export function applyLayers(layers: readonly (readonly LayerEntry[])[]): Tree {
  const tree: Tree = new Map([["", IMPLIED]]);
  for (const layer of layers) applyLayer(tree, layer);
  return tree;
}

/** Applies one layer: whiteouts hide what lower layers have, wherever they stand; then the entries in their order. */
export function applyLayer(tree: Tree, layer: readonly LayerEntry[]): void {
  for (const { path } of layer) {
    const base = baseName(path);
    if (base === OPAQUE) removeBelow(tree, parentOf(path));
    else if (base.startsWith(".wh.")) remove(tree, join(parentOf(path), base.slice(4)));
  }
  for (const entry of layer) if (!baseName(entry.path).startsWith(".wh.")) applyEntry(tree, entry);
}

/** Puts one ordinary entry into the tree. */
export function applyEntry(tree: Tree, entry: LayerEntry): void {
  const { path } = entry;
  const type = entry.type ?? "directory";
  for (let dir = parentOf(path); dir !== "" && !tree.has(dir); dir = parentOf(dir)) tree.set(dir, IMPLIED);
  const linked = type === "link" ? tree.get(entry.target ?? "") : undefined;
  if (type === "link" && linked === undefined) throw new Error(`the link ${path} has no target`);
  if (type !== "directory" || tree.get(path)?.type !== "dir") remove(tree, path);
  tree.set(path, linked ?? nodeOf(entry, typeOf(type)));
}

function nodeOf(entry: LayerEntry, type: TreeNode["type"]): TreeNode {
  return {
    type,
    mode: entry.mode ?? (type === "dir" ? 0o755 : 0o644),
    uid: entry.uid ?? 0,
    gid: entry.gid ?? 0,
    mtime: entry.mtime ?? 1_700_000_000,
    content: String(entry.content ?? ""),
    target: type === "symlink" ? (entry.target ?? "") : "",
    xattrs: entry.xattrs ?? {},
    implied: false,
  };
}

function typeOf(type: NonNullable<LayerEntry["type"]>): TreeNode["type"] {
  if (type === "directory") return "dir";
  return type === "character-device" || type === "block-device" ? "device" : (type as TreeNode["type"]);
}

function remove(tree: Tree, path: string): void {
  tree.delete(path);
  removeBelow(tree, path);
}

function removeBelow(tree: Tree, dir: string): void {
  const prefix = dir === "" ? "" : `${dir}/`;
  for (const path of [...tree.keys()]) if (path !== "" && path.startsWith(prefix)) tree.delete(path);
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function join(dir: string, name: string): string {
  return dir === "" ? name : `${dir}/${name}`;
}
