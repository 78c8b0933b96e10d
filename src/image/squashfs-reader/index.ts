// The door of the squashfs reader.

export { decodeName, encodeName } from "./name.ts";
export { openSquashfs, type SquashfsTree } from "./reader.ts";
export { type Compressor, parseSuperblock, type Superblock } from "./superblock.ts";
export type { Extent, FileType, ImageTree, TreeEntry, TreeStat, WalkEntry } from "./tree.ts";
export { content, TYPE_NAMES } from "./tree.ts";
