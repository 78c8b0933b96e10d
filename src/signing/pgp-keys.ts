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

/** True when the part of a key that signs needs no passphrase. Apptainer locks that part and leaves others open. */
export async function isUnlocked(key: PgpSecretKey, now: Date): Promise<boolean> {
  return (await signingPart(key, now)).isDecrypted();
}

async function signingPart(key: PgpSecretKey, now: Date) {
  try {
    const { keyPacket } = await key.getSigningKey(undefined, now);
    return keyPacket;
  } catch (cause) {
    throw fail("E_KEY_UNFIT", { fingerprint: fingerprintOf(key), why: reasonOf(cause) }, { cause });
  }
}

/** The key, unlocked in memory wherever it is locked. @throws E_PASSPHRASE */
export async function unlockKey(key: PgpSecretKey, passphrase: string): Promise<PgpSecretKey> {
  const pgp = await openPgp();
  const copy = await pgp.readPrivateKey({ binaryKey: key.write() });
  for (const { keyPacket } of copy.getKeys()) {
    if (!("decrypt" in keyPacket) || keyPacket.isDummy() || keyPacket.isDecrypted()) continue;
    await keyPacket.decrypt(passphrase).catch((cause: unknown) => {
      throw fail("E_PASSPHRASE", { key: `the key ${fingerprintOf(key)}` }, { cause });
    });
  }
  return copy;
}

/** An unlocked key, locked with a passphrase. */
export async function lockKey(key: PgpSecretKey, passphrase: string): Promise<PgpSecretKey> {
  const pgp = await openPgp();
  return pgp.encryptKey({ privateKey: key, passphrase });
}
