// gocryptfs' cryptography (version 2): how a passphrase becomes a key, and how one block is sealed and opened. Knows no files.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, scrypt } from "node:crypto";

/** Before the content of a file: the version in two bytes, and the file's number. */
export const HEADER_BYTES = 18;
/** Plain bytes of a block. */
export const PLAIN_BYTES = 4096;
export const NONCE_BYTES = 16;
export const TAG_BYTES = 16;
/** What a block is longer than its plain bytes: nonce before, tag behind. */
export const OVERHEAD = NONCE_BYTES + TAG_BYTES;
/** gocryptfs reads one line of a passphrase, and so much of it. */
const MAX_PASSPHRASE_BYTES = 2000;

/** True for what gocryptfs would read as it is. */
export function isPassphrase(text: string): boolean {
  return !/^$|[\n\0]/.test(text) && Buffer.byteLength(text) <= MAX_PASSPHRASE_BYTES;
}

/** The work that a passphrase costs; its memory is 128 · N · r bytes. */
export interface Cost {
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** The key that a passphrase stands for. */
export function stretch(passphrase: string, salt: Buffer, { n, r, p }: Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { N: n, r, p, maxmem: 256 * n * r };
    scrypt(passphrase, salt, 32, options, (error, key) => (error ? reject(error) : resolve(derive(key))));
  });
}

/** The key of contents that belongs to a key. */
export function derive(key: Buffer): Buffer {
  return Buffer.from(hkdfSync("sha256", key, Buffer.alloc(0), "AES-GCM file content encryption", 32));
}

/** What a block is bound to: its place in the file of this number. The master key is block 0 of no file. */
export function placeOf(index: number, number: Buffer): Buffer {
  const place = Buffer.alloc(8);
  place.writeBigUInt64BE(BigInt(index));
  return Buffer.concat([place, number]);
}

/** Nonce, sealed bytes and tag. */
export function sealBlock(plain: Buffer, key: Buffer, place: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(place);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** The plain bytes; undefined when the tag does not vouch for them. `stored` is longer than OVERHEAD. */
export function openBlock(stored: Buffer, key: Buffer, place: Buffer): Buffer | undefined {
  const cipher = createDecipheriv("aes-256-gcm", key, stored.subarray(0, NONCE_BYTES));
  cipher.setAAD(place);
  cipher.setAuthTag(stored.subarray(-TAG_BYTES));
  try {
    const plain = cipher.update(stored.subarray(NONCE_BYTES, -TAG_BYTES));
    cipher.final();
    return plain;
  } catch {
    return undefined;
  }
}
