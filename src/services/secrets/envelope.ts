// A secret as the database has it: the value closed with a key of its own, that key closed with the site's. A new site key
// thus closes the small keys again, and no value is opened for it. Both belong to the secret's name.

import { randomBytes } from "node:crypto";
import { closeBytes, KEY_BYTES, openBytes } from "../../platform/sealed-bytes.ts";
import { fail } from "./errors.ts";
import type { Keyring } from "./keyring.ts";

const VERSION = "v1";

/** Closes a value: `v1.SITEKEY.SEALEDKEY.SEALEDVALUE`. */
export async function closeSecret(keyring: Keyring, name: string, value: Buffer): Promise<string> {
  const own = randomBytes(KEY_BYTES);
  const { id, key } = await keyring.current();
  return print(id, closeBytes(key, own, keyContext(name)), closeBytes(own, value, valueContext(name)));
}

/** @throws E_SECRET_BROKEN */
export async function openSecret(keyring: Keyring, name: string, sealed: string): Promise<Buffer> {
  const { own, value } = await openKey(keyring, name, sealed);
  return attempt(name, () => openBytes(own, value, valueContext(name)));
}

/** The same secret for the key that closes now; undefined: it is for that key already. @throws E_SECRET_BROKEN */
export async function closeAgain(keyring: Keyring, name: string, sealed: string): Promise<string | undefined> {
  const { id, key } = await keyring.current();
  if (isClosedFor(sealed, id)) return undefined;
  const { own, value } = await openKey(keyring, name, sealed);
  return print(id, closeBytes(key, own, keyContext(name)), value);
}

/** True when the site's key of this id opens it. */
export function isClosedFor(sealed: string, id: string): boolean {
  return sealed.startsWith(`${VERSION}.${id}.`);
}

/** The id of the site's key that a closed text needs; its beginning is enough. */
export function keyOf(sealed: string): string {
  return sealed.split(".")[1] ?? "";
}

async function openKey(keyring: Keyring, name: string, sealed: string) {
  const [version, id = "", sealedKey = "", sealedValue = ""] = sealed.split(".");
  const site = version === VERSION ? await keyring.find(id) : undefined;
  if (!site) throw fail("E_SECRET_BROKEN", { name });
  const own = attempt(name, () => openBytes(site, Buffer.from(sealedKey, "base64url"), keyContext(name)));
  return { own, value: Buffer.from(sealedValue, "base64url") };
}

function attempt(name: string, open: () => Buffer): Buffer {
  try {
    return open();
  } catch (cause) {
    throw fail("E_SECRET_BROKEN", { name }, { cause });
  }
}

function print(id: string, sealedKey: Buffer, sealedValue: Buffer): string {
  return `${VERSION}.${id}.${sealedKey.toString("base64url")}.${sealedValue.toString("base64url")}`;
}

const keyContext = (name: string) => `berth secret key: ${name}`;
const valueContext = (name: string) => `berth secret: ${name}`;
