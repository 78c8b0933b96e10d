// Digests as SIF signatures write them: `sha256:<hex>`, of six algorithms. Other than OCI digests they are only compared.

import { createHash, type Hash } from "node:crypto";

/** Names in signatures → names in OpenSSL. */
const ALGORITHMS = {
  sha224: "sha224",
  sha256: "sha256",
  sha384: "sha384",
  sha512: "sha512",
  sha512_224: "sha512-224",
  sha512_256: "sha512-256",
} as const;

export type DigestAlgorithm = keyof typeof ALGORITHMS;

/** A digest of a SIF signature, taken apart. */
export interface SignedDigest {
  readonly algorithm: DigestAlgorithm;
  /** Lower-case hexadecimal. */
  readonly hex: string;
}

/** Begins a hash. */
export function startHash(algorithm: DigestAlgorithm): Hash {
  return createHash(ALGORITHMS[algorithm]);
}

/** The digest of text; undefined for anything that is not one of a known algorithm with the right length. */
export function parseSignedDigest(text: unknown): SignedDigest | undefined {
  const [, name, hex] = (typeof text === "string" && /^([a-z0-9_]+):([0-9a-fA-F]+)$/.exec(text)) || [];
  if (name === undefined || hex === undefined || !Object.hasOwn(ALGORITHMS, name)) return undefined;
  const algorithm = name as DigestAlgorithm;
  return hex.length === startHash(algorithm).digest().length * 2 ? { algorithm, hex: hex.toLowerCase() } : undefined;
}

/** The form in which a digest is signed. */
export function formatSignedDigest({ algorithm, hex }: SignedDigest): string {
  return `${algorithm}:${hex}`;
}

/** True when a finished hash is the digest. */
export function isDigest(hash: Hash, wanted: SignedDigest): boolean {
  return isDigestHex(hash.digest("hex"), wanted);
}

/** The same for a hash already in hexadecimal. */
export function isDigestHex(hex: string, wanted: SignedDigest): boolean {
  return hex === wanted.hex;
}
