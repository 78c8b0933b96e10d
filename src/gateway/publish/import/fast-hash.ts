// The pseudo-hash that Shifter names imported images by (spec/shifter.md 3.2): SHA-256 over the first MiB of every 512 MiB.
// It does not tell all files apart; the true digest is recorded beside it.

import { createHash } from "node:crypto";

const HEAD = 1024 * 1024;
const STRIDE = 512 * 1024 * 1024;

/** Takes a file's bytes in order. */
export interface FastHash {
  update(chunk: Buffer): void;
  /** Hexadecimal. */
  digest(): string;
}

export function fastHash(): FastHash {
  const hash = createHash("sha256");
  let at = 0;
  return {
    update(chunk) {
      for (let done = 0; done < chunk.length; ) {
        const inStride = at % STRIDE;
        const left = (inStride < HEAD ? HEAD : STRIDE) - inStride;
        const piece = chunk.subarray(done, done + left);
        if (inStride < HEAD) hash.update(piece);
        done += piece.length;
        at += piece.length;
      }
    },
    digest: () => hash.digest("hex"),
  };
}
