// Content digests (OCI image-spec, descriptor.md "Digests"): parse, compute, and check a stream on its way.

import { createHash } from "node:crypto";
import { Transform } from "node:stream";
import { defineErrors } from "./errors.ts";

/** A checked `algorithm:hex` digest; `parseDigest` is the only way to get one from text. */
export type Digest = `${"sha256" | "sha512"}:${string}` & { readonly __digest: true };

const fail = defineErrors({
  E_DIGEST_INVALID: {
    text: '"{text}" is not a digest',
    hint: "a digest is sha256: with 64, or sha512: with 128, lower-case hexadecimal digits",
    http: 400,
  },
  E_DIGEST_MISMATCH: {
    text: "{what} has the digest {got}, but {want} was asked for",
    hint: "the data was changed on its way or at its source; try again, and tell the registry's owner if it stays",
  },
  E_SIZE_MISMATCH: {
    text: "{what} is {got} bytes long, but {want} were announced",
    hint: "the transfer was cut short or the source is damaged; try again",
  },
});

/** @throws E_DIGEST_INVALID */
export function parseDigest(text: string): Digest {
  if (/^sha256:[0-9a-f]{64}$/.test(text) || /^sha512:[0-9a-f]{128}$/.test(text)) return text as Digest;
  throw fail("E_DIGEST_INVALID", { text });
}

/** Splits a digest into its algorithm and its hexadecimal part. */
export function digestParts(digest: Digest): { readonly algorithm: "sha256" | "sha512"; readonly hex: string } {
  const colon = digest.indexOf(":");
  return { algorithm: digest.slice(0, colon) as "sha256" | "sha512", hex: digest.slice(colon + 1) };
}

/** The digest of bytes held in memory. */
export function digestOf(bytes: Uint8Array | string, algorithm: "sha256" | "sha512" = "sha256"): Digest {
  return parseDigest(`${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`);
}

/** What a stream of content must turn out to be. */
export interface Expected {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** Throws unless what was measured of some content is what was expected; `what` names it in the error. */
export function checkMeasured(got: Expected, want: Expected, what: string): void {
  if (got.size !== want.size) throw fail("E_SIZE_MISMATCH", { what, want: want.size, got: got.size });
  if (got.digest !== want.digest) throw fail("E_DIGEST_MISMATCH", { what, want: want.digest, got: got.digest });
}

/** Throws unless the bytes are exactly what was expected; `what` names them in the error. */
export function checkBytes(bytes: Uint8Array, want: Expected, what: string): void {
  if (bytes.length !== want.size) throw fail("E_SIZE_MISMATCH", { what, want: want.size, got: bytes.length });
  checkMeasured({ size: bytes.length, digest: digestOf(bytes, digestParts(want.digest).algorithm) }, want, what);
}

/**
 * A pass-through that fails as soon as more bytes arrive than were announced, and at the end unless size and digest
 * are right. A reader of its output can never take unverified content for complete.
 */
export function verifier(want: Expected, what: string): Transform {
  const { algorithm } = digestParts(want.digest);
  const hash = createHash(algorithm);
  let got = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      got += chunk.length;
      if (got > want.size)
        return done(fail("E_SIZE_MISMATCH", { what, want: want.size, got: `more than ${want.size}` }));
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      if (got !== want.size) return done(fail("E_SIZE_MISMATCH", { what, want: want.size, got }));
      const digest = parseDigest(`${algorithm}:${hash.digest("hex")}`);
      done(digest === want.digest ? null : fail("E_DIGEST_MISMATCH", { what, want: want.digest, got: digest }));
    },
  });
}
