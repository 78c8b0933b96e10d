// Writes all inodes and listings. A listing tells where its inodes are, so what is deep comes first: directories in
// the reverse of breadth-first order, the inodes of a directory's files just before its listing. No recursion: depth
// is the image's choice.

import type { Codec } from "./codec.ts";
import { Column } from "./columns.ts";
import type { Contents } from "./contents.ts";
import { InodeTable as Inodes, type InodeTable, inodeKind } from "./inodes.ts";
import { type ListingEntry, writeListing } from "./listing.ts";
import { MetadataStream } from "./metadata.ts";
import { NO_NODE, NODE, ROOT, type Tree } from "./tree.ts";

/** The two tables; the root directory has the inode number 1. */
export interface Directories {
  readonly inodes: InodeTable;
  readonly listings: MetadataStream;
}

/** Encodes the settled tree. @throws E_SQUASHFS_LIMIT */
export function encodeDirectories(tree: Tree, contents: Contents, codec: Codec): Directories {
  const inodes = new Inodes(tree, contents, codec);
  const listings = new MetadataStream(codec);
  /** By node; 0: none yet. */
  const numbers = new Column("u32");
  for (let node = 0; node < tree.length; node++) numbers.push(0);
  const order = breadthFirst(tree);
  for (let i = 0; i < order.length; i++) numbers.set(order.get(i), i + 1);
  inodes.reserve(order.length);
  for (let i = order.length - 1; i >= 0; i--) {
    const dir = order.get(i);
    const entries = sortedChildren(tree, dir).map(([name, node]) => describe(name, node, tree, inodes, numbers));
    // The root, which comes last, names a parent that cannot be.
    const parent = dir === ROOT ? inodes.block.length + 1 : numbers.get(tree.parent.get(dir));
    inodes.writeDirectory(dir, i + 1, parent, writeListing(listings, entries));
  }
  return { inodes, listings };
}

/** All directories; children in the order of their names. */
function breadthFirst(tree: Tree): Column {
  const order = new Column("u32");
  order.push(ROOT);
  for (let i = 0; i < order.length; i++) {
    for (const [, node] of sortedChildren(tree, order.get(i), true)) order.push(node);
  }
  return order;
}

function sortedChildren(tree: Tree, dir: number, dirsOnly = false): readonly (readonly [string, number])[] {
  const children: (readonly [string, number])[] = [];
  for (let node = tree.firstChild.get(dir); node !== NO_NODE; node = tree.nextSibling.get(node)) {
    const kind = tree.kind.get(node);
    if (kind === NODE.dir || kind === NODE.implied || !dirsOnly) children.push([tree.name(node), node]);
  }
  return children.sort(([a], [b]) => (a < b ? -1 : 1));
}

function describe(name: string, node: number, tree: Tree, inodes: InodeTable, numbers: Column): ListingEntry {
  const target = tree.kind.get(node) === NODE.link ? tree.data.get(node) : node;
  if (numbers.get(target) === 0) numbers.set(target, inodes.write(target));
  const number = numbers.get(target);
  const kind = inodeKind(tree.kind.get(target));
  return { name, kind, number, block: inodes.block.get(number - 1), offset: inodes.offset.get(number - 1) };
}
