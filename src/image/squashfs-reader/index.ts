// The door of the squashfs reader.

export { fail as failRead } from "./errors.ts";
export { decodeName, encodeName } from "./name.ts";
export { type NodeSource, nodeTree } from "./node-tree.ts";
export { openSquashfs, type SquashfsTree } from "./reader.ts";
export type { RandomFile } from "./source.ts";
export { type Compressor, parseSuperblock, type Superblock } from "./superblock.ts";
export type { Extent, FileType, ImageTree, TreeEntry, TreeStat, WalkEntry } from "./tree.ts";
export { TYPE_NAMES } from "./tree.ts";
