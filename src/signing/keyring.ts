// A folder with two files of OpenPGP keys one after the other, public and secret: the names and the form that Apptainer
// uses, so that a folder of either serves both. Private keys stay locked on disk as their owner locked them.

import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { BerthError, errnoOf, reasonOf } from "../base/errors.ts";
import { publishFile } from "../base/publish.ts";
import { acquireLock } from "../oci/store/lock.ts";
import { fail } from "./errors.ts";
import { fingerprintOf, openPgp, type PgpKey, type PgpSecretKey } from "./pgp.ts";

const MAX_FILE = 64 * 1024 * 1024;

/** A keyring's place. */
export interface Keyring {
  readonly folder: string;
  readonly publicPath: string;
  readonly secretPath: string;
  /** 0600 for a person's own, 0644 for the site's. */
  readonly mode: number;
}

/** The site's keyring: keys that everybody on this machine trusts. */
export const SITE_KEYRING: Keyring = { ...keyringIn("/etc/berth/keys"), mode: 0o644 };

/** The keyring in a folder, which need not exist. */
export function keyringIn(folder: string): Keyring {
  return { folder, publicPath: join(folder, "pgp-public"), secretPath: join(folder, "pgp-secret"), mode: 0o600 };
}

/** The public keys; none when there is no keyring yet. @throws E_KEYRING */
export function publicKeys({ publicPath }: Keyring): Promise<readonly PgpKey[]> {
  return readRing(publicPath, async (binaryKeys) => (await openPgp()).readKeys({ binaryKeys }));
}

/** The secret keys, locked as they are. @throws E_KEYRING */
export function secretKeys({ secretPath }: Keyring): Promise<readonly PgpSecretKey[]> {
  return readRing(secretPath, async (binaryKeys) => (await openPgp()).readPrivateKeys({ binaryKeys }));
}

async function readRing<K>(path: string, parse: (bytes: Uint8Array) => Promise<K[]>): Promise<readonly K[]> {
  try {
    const bytes = await readFile(path);
    if (bytes.length > MAX_FILE) throw new Error("it is too big");
    return bytes.length === 0 ? [] : await parse(new Uint8Array(bytes));
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return [];
    throw fail("E_KEYRING", { path, why: reasonOf(cause) }, { cause });
  }
}

/** Adds keys, a secret one to both files; one that is there is brought up to date. Answers how many are new. @throws E_KEYRING */
export function addKeys(ring: Keyring, keys: readonly PgpKey[]): Promise<number> {
  return changing(ring, async () => {
    const secret = keys.filter((key): key is PgpSecretKey => key.isPrivate());
    const fresh = await merge(
      ring.publicPath,
      ring.mode,
      await publicKeys(ring),
      keys.map((key) => key.toPublic()),
    );
    const freshSecret = secret.length === 0 ? 0 : await merge(ring.secretPath, 0o600, await secretKeys(ring), secret);
    return Math.max(fresh, freshSecret);
  });
}

async function merge(path: string, mode: number, there: readonly PgpKey[], more: readonly PgpKey[]): Promise<number> {
  const byPrint = new Map(there.map((key) => [fingerprintOf(key), key]));
  const before = byPrint.size;
  for (const key of more) {
    const known = byPrint.get(fingerprintOf(key));
    byPrint.set(fingerprintOf(key), known ? await known.update(key) : key);
  }
  await writeRing(path, mode, [...byPrint.values()]);
  return byPrint.size - before;
}

/** Removes a key from the public file, the secret one or both; false when it was in none. @throws E_KEYRING */
export function removeKey(ring: Keyring, print: string, which: "public" | "secret" | "both"): Promise<boolean> {
  return changing(ring, async () => {
    const places = [
      { path: ring.publicPath, mode: ring.mode, keys: await publicKeys(ring), wanted: which !== "secret" },
      { path: ring.secretPath, mode: 0o600, keys: await secretKeys(ring), wanted: which !== "public" },
    ];
    let removed = false;
    for (const { path, mode, keys, wanted } of places) {
      const kept = keys.filter((key) => fingerprintOf(key) !== print);
      if (!wanted || kept.length === keys.length) continue;
      await writeRing(path, mode, kept);
      removed = true;
    }
    return removed;
  });
}

async function changing<T>(ring: Keyring, work: () => Promise<T>): Promise<T> {
  try {
    await mkdir(ring.folder, { recursive: true, mode: ring.mode === 0o600 ? 0o700 : 0o755 });
    const lock = await acquireLock(join(ring.folder, ".lock"));
    try {
      return await work();
    } finally {
      await lock?.release();
    }
  } catch (cause) {
    if (cause instanceof BerthError) throw cause;
    throw fail("E_KEYRING", { path: ring.folder, why: reasonOf(cause) }, { cause });
  }
}

async function writeRing(path: string, mode: number, keys: readonly PgpKey[]): Promise<void> {
  await publishFile(path, mode, async (file) => {
    // The umask may be strict: others must be able to read the site's.
    await file.chmod(mode);
    for (const key of keys) await file.writeFile(key.write());
  });
}

/** True for what names a key: a key id (16 digits) or a fingerprint (40), with or without 0x. */
export function keyPrint(text: string): string | undefined {
  const print = text.replace(/^0x/i, "").replaceAll(" ", "").toUpperCase();
  return /^(?:[0-9A-F]{16}|[0-9A-F]{40})$/.test(print) ? print : undefined;
}

/** The one key that a fingerprint or key id names. @throws E_KEY_NONE, E_KEY_AMBIGUOUS */
export function chooseKey<K extends PgpKey>(keys: readonly K[], wanted: string, path: string, kind: string): K {
  const print = keyPrint(wanted);
  const fitting = print === undefined ? [] : keys.filter((key) => fingerprintOf(key).endsWith(print));
  const [key] = fitting;
  if (fitting.length > 1) throw fail("E_KEY_AMBIGUOUS", { wanted, count: fitting.length });
  if (key === undefined) throw fail("E_KEY_NONE", { kind, wanted, path, flag: kind === "secret" ? " --secret" : "" });
  return key;
}

/** The keys that the bytes of a file hold, in ASCII armour or not. @throws E_KEY_READ */
export async function parseKeys(bytes: Uint8Array, path: string): Promise<readonly PgpKey[]> {
  const pgp = await openPgp();
  const text = Buffer.from(bytes).toString("latin1");
  const secret = text.includes("-----BEGIN PGP PRIVATE KEY BLOCK-----");
  try {
    if (secret) return await pgp.readPrivateKeys({ armoredKeys: text });
    if (text.includes("-----BEGIN PGP ")) return await pgp.readKeys({ armoredKeys: text });
    return await pgp.readKeys({ binaryKeys: new Uint8Array(bytes) });
  } catch (cause) {
    throw fail("E_KEY_READ", { path, why: reasonOf(cause) }, { cause });
  }
}
