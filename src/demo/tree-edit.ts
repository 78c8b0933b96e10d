// Changes to a tree, as the commands of a build would make them: put, link, remove. Pure.

import { digestOf } from "../base/digest.ts";
import { type Node, parentOf, type Tree } from "./tree.ts";

export type Edit =
  /** Writes a file (and the folders above it). */
  | { readonly op: "file"; readonly path: string; readonly text: string; readonly mode?: number }
  /** A second name of a file that exists. */
  | { readonly op: "link"; readonly path: string; readonly to: string }
  | { readonly op: "symlink"; readonly path: string; readonly target: string }
  /** Removes a path and all below it. */
  | { readonly op: "remove"; readonly path: string };

/** The tree after the edits, in their order; new nodes belong to root and bear the time `mtime` (seconds since 1970). */
export function editTree(tree: Tree, edits: readonly Edit[], mtime: number): Tree {
  const nodes = new Map(tree);
  const owner = { uid: 0, gid: 0, mtime };
  const put = (path: string, node: Node): void => {
    for (let folder = parentOf(path); folder && !nodes.has(folder); folder = parentOf(folder)) {
      nodes.set(folder, { type: "directory", mode: 0o755, ...owner });
    }
    nodes.set(path, node);
  };
  for (const edit of edits) {
    if (edit.op === "file") put(edit.path, fileNode(edit.text, edit.mode ?? 0o644, owner));
    else if (edit.op === "symlink") put(edit.path, { type: "symlink", target: edit.target, mode: 0o777, ...owner });
    else if (edit.op === "link") link(nodes, edit.path, edit.to, put);
    else remove(nodes, edit.path);
  }
  return nodes;
}

function fileNode(text: string, mode: number, owner: { uid: number; gid: number; mtime: number }): Node {
  const bytes = Buffer.from(text);
  return { type: "file", content: { kind: "bytes", bytes }, hash: digestOf(bytes), mode, ...owner };
}

function link(nodes: Map<string, Node>, path: string, to: string, put: (path: string, node: Node) => void): void {
  const target = nodes.get(to);
  if (target?.type !== "file") return;
  const shared: Node = { ...target, inode: target.inode ?? to };
  nodes.set(to, shared);
  put(path, shared);
}

function remove(nodes: Map<string, Node>, path: string): void {
  for (const each of [...nodes.keys()]) if (each === path || each.startsWith(`${path}/`)) nodes.delete(each);
}
