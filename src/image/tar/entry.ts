// One entry of a tar archive as the rest of the room sees it: one record, whatever dialect it was written in.
// Names are byte strings (each character one byte, "latin1"), since file names are bytes and must not be lost.

export type EntryKind = "file" | "dir" | "symlink" | "link" | "fifo" | "device";

export interface TarEntry {
  /** Relative path without leading, trailing or doubled slashes; "" is the root. A byte string. */
  readonly path: string;
  readonly kind: EntryKind;
  /** Permission bits with setuid, setgid and sticky (07777). */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Whole seconds since 1970; may be negative. */
  readonly mtime: number;
  /** Bytes of content, holes included; 0 unless a file. */
  readonly size: number;
  /** Text of a symbolic link, or path of a hard link's target in the form of `path`. A byte string. */
  readonly target: string;
  /** Extended attributes by their full names (byte strings). */
  readonly xattrs: ReadonlyMap<string, Buffer> | undefined;
  /** The archive's own header when this one block says all of the above, so that it may be used again as it is. */
  readonly block: Buffer | undefined;
}

/** A byte string for people. */
export function shown(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
