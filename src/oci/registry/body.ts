// Reads small answers whole, within a bound, and gets rid of unwanted ones.

import type { Readable } from "node:stream";

/** All bytes of a body, or undefined when there are more than `max`; the rest is not read. */
export async function readBounded(body: Readable, max: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += (chunk as Buffer).length;
    // Leaving the loop destroys the stream and with it the connection.
    if (length > max) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** Drops an unwanted body: a short one is read so that the connection can serve again, a long one is cut. */
export async function discard(body: Readable): Promise<void> {
  await readBounded(body, 64 * 1024).catch(() => undefined);
}
