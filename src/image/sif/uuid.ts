// A file's UUID made from what the file is made of, so that building it again gives the same bytes.

import { createHash } from "node:crypto";

/** 16 bytes in the shape of RFC 9562 version 8 (custom), from SHA-256 of the parts. */
export function deriveUuid(...parts: readonly string[]): Uint8Array {
  const hash = createHash("sha256").update("berth sif uuid\0");
  for (const part of parts) hash.update(part).update("\0");
  const uuid = new Uint8Array(hash.digest().subarray(0, 16));
  uuid[6] = ((uuid[6] ?? 0) & 0x0f) | 0x80;
  uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80;
  return uuid;
}
