// A read-only tree of files inside an image, whatever it is stored in. Paths are absolute within the image and resolved
// there: links never lead out of it.

import type { Readable } from "node:stream";
import type { RandomFile } from "./source.ts";

export type FileType = "file" | "dir" | "symlink" | "block" | "char" | "fifo" | "socket";

/** What a person calls a file of a type. */
export const TYPE_NAMES: Readonly<Record<FileType, string>> = {
  file: "a file",
  dir: "a directory",
  symlink: "a symbolic link",
  block: "a block device",
  char: "a character device",
  fifo: "a named pipe",
  socket: "a socket",
};

/** What `lstat` would say. */
export interface TreeStat {
  readonly type: FileType;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Bytes of a file; of little meaning for other types. */
  readonly size: number;
  readonly nlink: number;
  /** Two paths with the same number are the same file. */
  readonly inode: number;
  /** Of a symbolic link. */
  readonly target?: string;
  /** Of a device. */
  readonly rdev?: { readonly major: number; readonly minor: number };
}

/** One name in a directory. Names that are not UTF-8 are spelled as `decodeName` says. */
export interface TreeEntry {
  readonly name: string;
  readonly stat: TreeStat;
}

/** A part of a file's content; without `data` a hole of zeros. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
  readonly data?: Uint8Array;
}

/** One object met by a walk; `path` begins with a slash. */
export interface WalkEntry {
  readonly path: string;
  readonly stat: TreeStat;
  /** Content of a regular file; nothing for other types. */
  extents(): AsyncIterable<Extent>;
  /** A regular file for reading at any place; to be closed. */
  open(): Promise<RandomFile>;
  xattrs(): Promise<ReadonlyMap<string, Uint8Array>>;
}

/**
 * Files of an image. Every method throws E_IMAGE_PATH_MISSING, E_IMAGE_PATH_KIND or E_IMAGE_PATH_LOOP for a path that
 * does not exist, is of another kind, or runs in circles. Links in the middle of a path are always followed; the last
 * component only where it is said.
 */
export interface ImageTree {
  /** The image, for messages. */
  readonly path: string;
  /** Does not follow a link at the end unless told to. */
  stat(path: string, options?: { readonly follow?: boolean }): Promise<TreeStat>;
  /** Entries of a directory (a link at the end is followed) in the order of their bytes. */
  list(path: string): Promise<readonly TreeEntry[]>;
  /** The target of a symbolic link. */
  readlink(path: string): Promise<string>;
  /** Content of a regular file (a link at the end is followed). */
  read(path: string): Readable;
  /** The same in parts, with holes. */
  extents(path: string): AsyncIterable<Extent>;
  /** A regular file (a link at the end is followed) for reading at any place; to be closed. */
  openFile(path: string): Promise<RandomFile>;
  /** Whole content of a file of at most `max` bytes. @throws E_IMAGE_FILE_TOO_BIG */
  readSmall(path: string, max: number): Promise<Buffer>;
  /** Extended attributes, without a guarantee of order. */
  xattrs(path: string): Promise<ReadonlyMap<string, Uint8Array>>;
  /**
   * Everything below a directory, the directory itself first, each directory before its content. Links are not
   * followed, but for one at the end of `path` when told to.
   */
  walk(path: string, options?: { readonly follow?: boolean }): AsyncIterable<WalkEntry>;
  close(): Promise<void>;
}

const ZEROS = new Uint8Array(65_536);

/** The bytes of a content whose holes are filled with zeros. */
export async function* content(extents: AsyncIterable<Extent>): AsyncGenerator<Uint8Array> {
  for await (const { length, data } of extents) {
    if (data) yield data;
    else for (let left = length; left > 0; left -= ZEROS.length) yield ZEROS.subarray(0, Math.min(left, ZEROS.length));
  }
}
