// What the conversion needs of a squashfs writer, whichever it is.

import type { Writable } from "node:stream";

export interface SquashfsWriter {
  /** Takes the tar stream. */
  readonly sink: Writable;
  /** Aborted as soon as the writer fails by itself. */
  readonly failed: AbortSignal;
  /** Ends the stream and waits for the file. @throws E_SQUASHFS_* */
  finish(): Promise<void>;
  /** Stops after the failure `cause`, removes the file, and gives the writer's own failure if that came first. */
  discard(cause?: unknown): Promise<Error | undefined>;
}
