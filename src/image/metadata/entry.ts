// An entry that berth itself puts into an image, beside what the layers bring. The list is made by the metadata room
// and written by the flatten room; neither knows more of the other than this record.

/** One file, directory or symbolic link to add, owned by 0:0. */
export interface ExtraEntry {
  /** Path in the image without a leading slash, such as `.singularity.d/runscript`. */
  readonly path: string;
  readonly type: "file" | "dir" | "symlink";
  /** Permission bits. */
  readonly mode: number;
  /** Content of a file; an empty file when left out. */
  readonly content?: Uint8Array;
  /** Where a symbolic link points. */
  readonly target?: string;
  /** Seconds since 1970; the flatten room's default (the image's creation time) when left out. */
  readonly mtime?: number;
  /** Added only when the layers leave nothing at this path. */
  readonly ifMissing?: boolean;
}
