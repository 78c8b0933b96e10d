// Archives that ADD unpacks: what kind a file is by its first bytes, and its content as files of a state. The archive is a
// stranger's: names cannot lead out, sizes and numbers are bounded.

import type { StepOrigin } from "../types.ts";
import type { Owner, TreeWriter } from "./tree-writer.ts";

export interface UnpackOptions {
  /** Whom everything belongs to; undefined: what the archive says. */
  readonly owner: Owner | undefined;
  readonly at: StepOrigin;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** What an archive is packed with; undefined when the file is none. */
export async function archiveKind(_path: string): Promise<string | undefined> {
  return undefined;
}

/** Unpacks an archive. */
export async function unpackArchive(_path: string, _into: TreeWriter, _options: UnpackOptions): Promise<void> {}
