// What `berth sign` does, once its flags are read.

import type { KeyObject } from "node:crypto";
import { fail } from "../signing/errors.ts";
import { chooseKey, secretKeys } from "../signing/keyring.ts";
import { isLocked, privateKey, readPem } from "../signing/pem-key.ts";
import { fingerprintOf, type PgpSecretKey } from "../signing/pgp.ts";
import { isUnlocked, unlockKey } from "../signing/pgp-keys.ts";
import { type SigningKey, signSif } from "../signing/sign-sif.ts";
import type { Context } from "./context.ts";
import { keyringOf } from "./key-places.ts";
import { readPassphrase } from "./passphrase.ts";
import type { SignValues } from "./sign.ts";
import { partOf } from "./verify-work.ts";

/** Signs a file or an image in a registry. @throws what choosing the key and signing make fail */
export async function signImage(image: string, values: SignValues, context: Context): Promise<void> {
  const { log, signal } = context;
  if (image.startsWith("docker://")) {
    const { signRemote } = await import("./sign-registry.ts");
    return signRemote(image, await plainKey(values, context), values, context);
  }
  const part = partOf(values);
  const key = await signingKey(values, context);
  await signSif(image, { key, ...part, now: new Date(), signal });
  log.info(`Signature created and applied to image '${image}'`);
}

async function signingKey(values: SignValues, context: Context): Promise<SigningKey> {
  if (values.key !== undefined) return { kind: "plain", key: await plainKey(values, context) };
  const key = await secretKey(values, context);
  if (await isUnlocked(key, new Date())) return { kind: "pgp", key };
  const passphrase = await readPassphrase(values["passphrase-file"], "Enter key passphrase : ", context);
  return { kind: "pgp", key: await unlockKey(key, passphrase) };
}

async function secretKey(values: SignValues, context: Context): Promise<PgpSecretKey> {
  const ring = keyringOf(values, context);
  const keys = await secretKeys(ring);
  if (values.fingerprint !== undefined) return chooseKey(keys, values.fingerprint, ring.secretPath, "secret");
  const { keyidx } = values;
  const index = keyidx === undefined ? 0 : /^\d+$/.test(keyidx) ? Number(keyidx) : -1;
  const key = keys[index];
  if (key === undefined)
    throw fail("E_KEY_NONE", { kind: "secret", wanted: keyidx ?? "at all", path: ring.secretPath, flag: " --secret" });
  if (keyidx === undefined && keys.length > 1) throw fail("E_KEY_CHOICE", { count: keys.length });
  context.log.debug(`signing with ${fingerprintOf(key)}`);
  return key;
}

async function plainKey(values: SignValues, context: Context): Promise<KeyObject> {
  const path = values.key;
  if (path === undefined) throw fail("E_KEY_NEEDED");
  const pem = await readPem(path);
  const passphrase = isLocked(pem)
    ? await readPassphrase(values["passphrase-file"], `Enter the passphrase of ${path} : `, context)
    : undefined;
  return privateKey(pem, passphrase, path);
}
