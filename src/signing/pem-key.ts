// Plain keys in PEM files: RSA, ECDSA and Ed25519, by node:crypto. SHA-256 throughout, RSA as PKCS#1 v1.5, ECDSA in DER:
// what Apptainer and cosign write and read.

import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { readFile } from "node:fs/promises";
import { errnoOf, reasonOf } from "../base/errors.ts";
import { fail } from "./errors.ts";

const MAX_FILE = 1024 * 1024;
const MIN_RSA_BITS = 2048;
const KINDS = ["rsa", "ec", "ed25519"];

/** The text of a file that should be PEM; `path` may be a person's own, so the reason is the system's. @throws E_KEY_FILE */
export async function readPem(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw fail("E_KEY_FILE", { path, why: errnoOf(cause) === "ENOENT" ? "it does not exist" : reasonOf(cause) });
  });
  if (bytes.length > MAX_FILE) throw fail("E_KEY_FILE", { path, why: "it is too big for a key" });
  return bytes.toString("utf8");
}

/** True when a private key in PEM can be opened with a passphrase only. */
export function isLocked(pem: string): boolean {
  return /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem);
}

/** A private key. @throws E_KEY_FILE, E_PASSPHRASE */
export function privateKey(pem: string, passphrase: string | undefined, path: string): KeyObject {
  if (/BEGIN ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY/.test(pem))
    throw fail("E_KEY_FILE", { path, why: "it is locked in cosign's own way; import a plain PEM key into both" });
  if (!pem.includes("PRIVATE KEY-----")) throw fail("E_KEY_FILE", { path, why: "there is no private key in it" });
  try {
    return usable(createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) }), path);
  } catch (cause) {
    if (passphrase !== undefined && isLocked(pem)) throw fail("E_PASSPHRASE", { key: path });
    if (cause instanceof Error && cause.name === "BerthError") throw cause;
    throw fail("E_KEY_FILE", { path, why: reasonOf(cause) });
  }
}

/** A public key. @throws E_KEY_FILE */
export function publicKey(pem: string, path: string): KeyObject {
  // Node would derive a public key from a private one; nobody should have to hand out the latter.
  if (!/-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(pem))
    throw fail("E_KEY_FILE", { path, why: "there is no public key in it" });
  try {
    return usable(createPublicKey(pem), path);
  } catch (cause) {
    if (cause instanceof Error && cause.name === "BerthError") throw cause;
    throw fail("E_KEY_FILE", { path, why: reasonOf(cause) });
  }
}

function usable(key: KeyObject, path: string): KeyObject {
  const { asymmetricKeyType: kind = "secret", asymmetricKeyDetails: details } = key;
  if (!KINDS.includes(kind)) throw fail("E_KEY_FILE", { path, why: `keys of the kind ${kind} do not sign` });
  if (kind === "rsa" && (details?.modulusLength ?? 0) < MIN_RSA_BITS)
    throw fail("E_KEY_FILE", { path, why: `it has fewer than ${MIN_RSA_BITS} bits` });
  return key;
}

/** Signs bytes. */
export function signBytes(bytes: Uint8Array, key: KeyObject): Buffer {
  return sign(key.asymmetricKeyType === "ed25519" ? null : "sha256", bytes, key);
}

/** True when the signature is of these bytes and this key. */
export function verifyBytes(bytes: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  try {
    return verify(key.asymmetricKeyType === "ed25519" ? null : "sha256", bytes, key, signature);
  } catch {
    return false;
  }
}

/** The name of a public key: SHA-256 of its DER form (SubjectPublicKeyInfo), `base64` as sigstore bundles have it. */
export function keyId(key: KeyObject, encoding: "hex" | "base64" = "hex"): string {
  const shared = key.type === "private" ? createPublicKey(key) : key;
  return createHash("sha256")
    .update(shared.export({ type: "spki", format: "der" }))
    .digest(encoding);
}
