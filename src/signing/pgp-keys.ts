// Making, unlocking and locking OpenPGP keys.

import { reasonOf } from "../base/errors.ts";
import { fail } from "./errors.ts";
import { fingerprintOf, openPgp, type PgpSecretKey } from "./pgp.ts";

/** What a new key is to be. */
export interface KeySpec {
  readonly name: string;
  readonly email: string;
  readonly comment: string;
  /** RSA of so many bits is read everywhere; Ed25519 is small and quick and needs Apptainer, or Singularity 3.8. */
  readonly algorithm: { readonly kind: "rsa"; readonly bits: number } | { readonly kind: "ed25519" };
  /** Empty: the key lies open on disk. */
  readonly passphrase: string;
  /** Days until it expires; 0: never. */
  readonly days: number;
}

/** Makes a key pair. @throws E_KEY_MAKE */
export async function makeKey(spec: KeySpec, now: Date): Promise<PgpSecretKey> {
  const pgp = await openPgp();
  const { name, email, comment, algorithm, passphrase, days } = spec;
  const form =
    algorithm.kind === "rsa"
      ? ({ type: "rsa", rsaBits: algorithm.bits } as const)
      : // The form of RFC 4880, which GnuPG 2.2 reads.
        ({ type: "ecc", curve: "ed25519Legacy" } as const);
  try {
    const { privateKey } = await pgp.generateKey({
      ...form,
      userIDs: [{ name, ...(email ? { email } : {}), ...(comment ? { comment } : {}) }],
      ...(passphrase === "" ? {} : { passphrase }),
      keyExpirationTime: days * 86_400,
      date: now,
      format: "object",
    });
    return privateKey;
  } catch (cause) {
    throw fail("E_KEY_MAKE", { why: reasonOf(cause) }, { cause });
  }
}

/** The key, unlocked in memory. @throws E_PASSPHRASE */
export async function unlockKey(key: PgpSecretKey, passphrase: string): Promise<PgpSecretKey> {
  const pgp = await openPgp();
  try {
    return await pgp.decryptKey({ privateKey: key, passphrase });
  } catch (cause) {
    throw fail("E_PASSPHRASE", { key: `the key ${fingerprintOf(key)}` }, { cause });
  }
}

/** An unlocked key, locked with a passphrase. */
export async function lockKey(key: PgpSecretKey, passphrase: string): Promise<PgpSecretKey> {
  const pgp = await openPgp();
  return pgp.encryptKey({ privateKey: key, passphrase });
}
