// An ed25519 key pair in the forms of the programs that read it: OpenSSH's private key file (PROTOCOL.key), Dropbear's, and
// the one line of a public key. Made here rather than by ssh-keygen, which cannot make a key from a given seed.

import { createPrivateKey, createPublicKey } from "node:crypto";

const TYPE = "ssh-ed25519";

/** A key pair as both programs and people's files have it. */
export interface KeyPair {
  /** `ssh-ed25519 BASE64`, without a comment. */
  readonly publicLine: string;
  /** OpenSSH's private key, without a passphrase. */
  readonly openssh: string;
  readonly dropbear: Buffer;
}

// PKCS#8 for ed25519 (RFC 8410) up to the 32 bytes of the seed.
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** The pair of a seed of 32 bytes. */
export function keyPair(seed: Buffer, comment: string): KeyPair {
  const secret = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
  const open = Buffer.from(createPublicKey(secret).export({ format: "der", type: "spki" })).subarray(-32);
  const both = Buffer.concat([seed, open]);
  const blob = Buffer.concat([string(TYPE), string(open)]);
  return {
    publicLine: `${TYPE} ${blob.toString("base64")}`,
    openssh: pem(opensshBytes(blob, open, both, comment)),
    // No length in front: Dropbear knows it from the type.
    dropbear: Buffer.concat([string(TYPE), uint32(both.length), both]),
  };
}

function opensshBytes(blob: Buffer, open: Buffer, both: Buffer, comment: string): Buffer {
  // Two equal numbers tell a reader whether it has decrypted rightly; nothing is encrypted here.
  const check = uint32(open.readUInt32BE(0));
  const inner = Buffer.concat([check, check, string(TYPE), string(open), string(both), string(comment)]);
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, index) => index + 1));
  const head = [Buffer.from("openssh-key-v1\0"), string("none"), string("none"), string(""), uint32(1), string(blob)];
  return Buffer.concat([...head, string(Buffer.concat([inner, padding]))]);
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,70}/g) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}

function string(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
