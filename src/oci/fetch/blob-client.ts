// What the transfers need of a registry client. The real one is in the registry room; tests have their own.

import type { Readable } from "node:stream";
import type { Descriptor } from "../types.ts";

/** Which bytes are wanted: from the first to the last, both included, as in HTTP's Range. */
export interface BlobRequest {
  readonly signal?: AbortSignal | undefined;
  readonly from?: number;
  readonly to?: number;
}

/** The raw answer; whoever asked verifies it. */
export interface BlobReply {
  readonly body: Readable;
  /** False when the server sent the whole blob although a range was asked for. */
  readonly ranged: boolean;
  /** Size of the whole blob, when the server said it. */
  readonly total?: number | undefined;
}

/** Asks for a blob or a range of it. */
export type BlobFetcher = (descriptor: Descriptor, request: BlobRequest) => Promise<BlobReply>;
