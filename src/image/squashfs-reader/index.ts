// The door of the squashfs reader.

export { fail as failRead } from "./errors.ts";
export { decodeName, encodeName } from "./name.ts";
export { openSquashfs, type SquashfsTree } from "./reader.ts";
export { type Lookup, resolvePath } from "./resolve.ts";
export { type Compressor, parseSuperblock, type Superblock } from "./superblock.ts";
export type { Extent, FileType, ImageTree, TreeEntry, TreeStat, WalkEntry } from "./tree.ts";
export { content, TYPE_NAMES } from "./tree.ts";
export { type Walkable, walkTree } from "./walk.ts";
