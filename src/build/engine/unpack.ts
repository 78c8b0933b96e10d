// A tar stream as files of a state.

import type { Readable } from "node:stream";
import type { Owner, TreeWriter } from "./tree-writer.ts";

export interface UnpackTarOptions {
  readonly owner: Owner | undefined;
  readonly name: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** Unpacks a tar stream. */
export async function unpackTar(_stream: Readable, _into: TreeWriter, _options: UnpackTarOptions): Promise<void> {}
