// The digest by which content is known to be equal.

import { hash } from "node:crypto";

/** SHA-256 in one call, without an object for each. */
export function digestOf(bytes: Uint8Array): Buffer {
  return hash("sha256", bytes, "buffer");
}
