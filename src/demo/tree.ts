// A file tree as data: what a layer is made from. Contents stay where they are (in a tar on disk, or in memory).

/** Where the bytes of a file are. */
export type Content =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** A stretch of a file on disk, in bytes. */
  | { readonly kind: "slice"; readonly path: string; readonly offset: number; readonly size: number };

interface Metadata {
  /** Permission bits, setuid and sticky included. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
}

export type Node = Metadata &
  (
    | { readonly type: "directory" }
    | { readonly type: "symlink"; readonly target: string }
    /** Files with the same `inode` are hard links of one another. `hash` tells contents apart. */
    | { readonly type: "file"; readonly content: Content; readonly hash: string; readonly inode?: string }
  );

/** Nodes by path: no slash at the beginning or end, the root itself left out. */
export type Tree = ReadonlyMap<string, Node>;

/** Length of a file's content in bytes. */
export function contentSize(content: Content): number {
  return content.kind === "bytes" ? content.bytes.length : content.size;
}

/** The folder of a path; empty for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Paths in an order in which every folder stands before what is in it. */
export function inOrder(paths: Iterable<string>): readonly string[] {
  return [...paths].sort((a, b) => {
    const [x, y] = [a.replaceAll("/", "\0"), b.replaceAll("/", "\0")];
    return x < y ? -1 : x > y ? 1 : 0;
  });
}
