// A pass-through that learns the digest and size of what flows by, for content whose digest nobody has announced.

import { createHash } from "node:crypto";
import { Transform } from "node:stream";
import { type Expected, parseDigest } from "../../base/digest.ts";

/** The pass-through, and what it learnt once its stream has ended. */
export function measuringHash(): { readonly through: Transform; result(): Expected } {
  const hash = createHash("sha256");
  let size = 0;
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { through, result: () => ({ digest: parseDigest(`sha256:${hash.digest("hex")}`), size }) };
}
