// OpenPGP: keys, and messages signed in clear text. The only file that knows the library; it is loaded on first use,
// for it costs 50 ms that no other command should pay.

import type * as OpenPgp from "openpgp";
import { reasonOf } from "../base/errors.ts";

export type PgpKey = OpenPgp.Key;
export type PgpSecretKey = OpenPgp.PrivateKey;

/** The library. */
export function openPgp(): Promise<typeof OpenPgp> {
  return import("openpgp");
}

/** A primary key's fingerprint as people write it: upper-case hexadecimal. */
export function fingerprintOf(key: PgpKey): string {
  return key.getFingerprint().toUpperCase();
}

/** The first name of a key that its owner vouches for, at that time. */
export async function nameOf(key: PgpKey, now: Date): Promise<string> {
  try {
    const { user } = await key.getPrimaryUser(now);
    return user.userID?.userID ?? "";
  } catch {
    return key.getUserIDs()[0] ?? "";
  }
}

/** A text signed in the clear, and the hash of its signature. */
export interface ClearSigned {
  readonly message: string;
  readonly hash: "sha256" | "sha384" | "sha512";
}

/** Signs one line of text; `key` must be unlocked. */
export async function signClear(text: string, key: PgpSecretKey, now: Date): Promise<ClearSigned> {
  const pgp = await openPgp();
  const message = await pgp.createCleartextMessage({ text });
  const config = { preferredHashAlgorithm: pgp.enums.hash.sha256, showVersion: false, showComment: false };
  const signed = await pgp.sign({ message, signingKeys: key, date: now, config });
  const named = /^Hash: (SHA256|SHA384|SHA512)\r?$/m.exec(signed)?.[1]?.toLowerCase();
  return { message: signed, hash: named === "sha384" || named === "sha512" ? named : "sha256" };
}

/** What became of checking a clear-signed message. */
export type ClearChecked =
  | { readonly kind: "valid"; readonly text: string; readonly key: PgpKey }
  | { readonly kind: "unknown"; readonly keyId: string }
  /** The key is not to be trusted (any more), whatever it signed. */
  | { readonly kind: "key"; readonly key: PgpKey; readonly why: string }
  | { readonly kind: "invalid"; readonly why: string };

/** Checks a clear-signed message against public keys; good only if the key is good `now`. */
export async function checkClear(message: string, keys: readonly PgpKey[], now: Date): Promise<ClearChecked> {
  const pgp = await openPgp();
  try {
    const parsed = await pgp.readCleartextMessage({ cleartextMessage: message });
    const { signatures } = await pgp.verify({ message: parsed, verificationKeys: [...keys], date: now });
    let outcome: ClearChecked = { kind: "invalid", why: "the message carries no signature" };
    for (const { keyID, verified } of signatures) {
      const key = keys.find((candidate) => candidate.getKeys(keyID).length > 0);
      // Awaited in any case: a rejection that nobody sees would end the process.
      const why = await verified.then(
        () => undefined,
        (error: unknown) => reasonOf(error),
      );
      if (key === undefined) outcome = { kind: "unknown", keyId: keyID.toHex().toUpperCase() };
      else {
        // Asked first: the library calls a signature bad, too, when only its key is.
        const fault = await keyFault(key, keyID, now);
        if (fault === undefined && why === undefined) return { kind: "valid", text: parsed.getText(), key };
        outcome = fault === undefined ? { kind: "invalid", why: why ?? "" } : { kind: "key", key, why: fault };
      }
    }
    return outcome;
  } catch (error) {
    return { kind: "invalid", why: reasonOf(error) };
  }
}

/** Reads the text of a clear-signed message without believing it; undefined when it is none. */
export async function clearText(message: string): Promise<string | undefined> {
  const pgp = await openPgp();
  try {
    return (await pgp.readCleartextMessage({ cleartextMessage: message })).getText();
  } catch {
    return undefined;
  }
}

// The library judges a key by the time of the signature; a key that was revoked or has expired since then says nothing
// about the image any more, as with Apptainer.
async function keyFault(key: PgpKey, keyId: OpenPgp.KeyID, now: Date): Promise<string | undefined> {
  try {
    await key.verifyPrimaryKey(now);
    await key.getSigningKey(keyId, now);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** True for what begins as a clear-signed message does. */
export function looksClearSigned(content: Uint8Array): boolean {
  return Buffer.from(content.subarray(0, 64)).toString("latin1").trimStart().startsWith(CLEAR_SIGNED);
}

const CLEAR_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----";
