// The tree of an image's files from the few things that a kind of image can do with its own nodes.

import { Readable } from "node:stream";
import { fail } from "./errors.ts";
import { type Lookup, resolvePath } from "./resolve.ts";
import type { RandomFile } from "./source.ts";
import { content, type Extent, type FileType, type ImageTree, type TreeStat, TYPE_NAMES } from "./tree.ts";
import { type Walkable, walkTree } from "./walk.ts";

/** What a kind of image supplies; `Node` is whatever it knows of one file. */
export interface NodeSource<Node extends TreeStat> extends Lookup<Node>, Walkable<Node> {
  extentsOf(node: Node): AsyncIterable<Extent>;
  /** A regular file for reading at any place. */
  openNode(node: Node): Promise<RandomFile>;
  xattrsOf(node: Node): Promise<ReadonlyMap<string, Uint8Array>>;
  /** The node without what is the source's own affair. */
  statOf(node: Node): TreeStat;
  close(): Promise<void>;
}

/** The tree of `source`. */
export function nodeTree<Node extends TreeStat>(source: NodeSource<Node>): ImageTree {
  const { path } = source;
  const find = async (name: string, follow: boolean, wanted?: FileType): Promise<Node> => {
    const node = await resolvePath(source, name, follow);
    if (wanted === undefined || node.type === wanted) return node;
    throw fail("E_IMAGE_PATH_KIND", { name, path, is: TYPE_NAMES[node.type], wanted: TYPE_NAMES[wanted] });
  };
  const extents = async function* (name: string): AsyncGenerator<Extent> {
    yield* source.extentsOf(await find(name, true, "file"));
  };
  return {
    path,
    stat: async (name, options) => source.statOf(await find(name, options?.follow === true)),
    async list(name) {
      const entries = [];
      for await (const [child, node] of source.children(await find(name, true, "dir")))
        entries.push({ name: child, stat: source.statOf(node) });
      return entries;
    },
    readlink: async (name) => (await find(name, false, "symlink")).target ?? "",
    read: (name) => Readable.from(content(extents(name)), { objectMode: false }),
    extents,
    openFile: async (name) => source.openNode(await find(name, true, "file")),
    async readSmall(name, max) {
      const node = await find(name, true, "file");
      if (node.size > max) throw fail("E_IMAGE_FILE_TOO_BIG", { name, path, size: node.size, max });
      const parts: Uint8Array[] = [];
      for await (const part of content(source.extentsOf(node))) parts.push(part);
      return Buffer.concat(parts);
    },
    xattrs: async (name) => source.xattrsOf(await find(name, false)),
    async *walk(name, options) {
      const start = await find(name, options?.follow === true);
      for await (const { path: at, node } of walkTree(source, name, start)) {
        yield {
          path: at,
          stat: source.statOf(node),
          extents: () => source.extentsOf(node),
          open: () => source.openNode(node),
          xattrs: () => source.xattrsOf(node),
        };
      }
    },
    close: () => source.close(),
  };
}
