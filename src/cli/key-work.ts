// What the `berth key` commands do, once their flags are read.

import { readFile, writeFile } from "node:fs/promises";
import { errnoOf, reasonOf } from "../base/errors.ts";
import { fail } from "../signing/errors.ts";
import { pullKey, pushKey, searchKeys } from "../signing/hkp.ts";
import { addKeys, chooseKey, parseKeys, publicKeys, removeKey, secretKeys } from "../signing/keyring.ts";
import { fingerprintOf, type PgpKey, type PgpSecretKey } from "../signing/pgp.ts";
import { isUnlocked, type KeySpec, lockKey, makeKey, unlockKey } from "../signing/pgp-keys.ts";
import type { Context } from "./context.ts";
import { foundText, keyText, printable, shownKey } from "./key-listing.ts";
import { keyringOf, withKeyServer } from "./key-places.ts";
import { print } from "./output.ts";
import { newPassphrase, readPassphrase } from "./passphrase.ts";

interface Place {
  readonly keysdir: string | undefined;
  readonly global?: boolean;
}
interface Server {
  readonly url: string | undefined;
}
type Text = string | undefined;

interface NewValues extends Place, Server {
  readonly name: Text;
  readonly email: Text;
  readonly comment: Text;
  readonly algorithm: Text;
  readonly "bit-length": Text;
  readonly expire: Text;
  readonly push: boolean;
  readonly password: Text;
  readonly "no-passphrase": boolean;
  readonly "passphrase-file": Text;
}

/** `key newpair` @throws E_KEY_MAKE, E_KEY_OWNER, E_KEYRING, E_PASSPHRASE… */
export async function newPair(values: NewValues, context: Context): Promise<void> {
  const spec = await keySpec(values, context);
  if (spec.passphrase === "") context.log.warn("without a passphrase, whoever reads the key's file can sign with it");
  const key = await makeKey(spec, new Date());
  const ring = keyringOf(values, context);
  await addKeys(ring, [key]);
  print(`${fingerprintOf(key)}\n`);
  context.log.info(`key of ${printable(key.getUserIDs()[0] ?? "")} kept in ${ring.folder}`);
  if (values.push) await push(fingerprintOf(key), values, context);
}

async function keySpec(values: NewValues, context: Context): Promise<KeySpec> {
  const { signal } = context;
  const { promptLine } = await import("./secret-input.ts");
  const asked = (question: string) => {
    if (!process.stdin.isTTY) throw fail("E_KEY_OWNER");
    return promptLine(question, { hidden: false, signal });
  };
  const name = values.name ?? (await asked("Enter your name (e.g., John Doe) : "));
  const email = values.email ?? (await asked("Enter your email address (e.g., john.doe@example.com) : "));
  // Asked of nobody who answered by flags: a script would hang.
  const comment = values.comment ?? "";
  const days = wholeNumber(values.expire ?? "0", "--expire", 0, 36_500);
  return {
    name,
    email,
    comment,
    algorithm: algorithmOf(values),
    days,
    passphrase: await passphraseOf(values, context),
  };
}

function algorithmOf(values: NewValues): KeySpec["algorithm"] {
  const { algorithm = "rsa", "bit-length": bits = "4096" } = values;
  if (algorithm === "ed25519") return { kind: "ed25519" };
  if (algorithm !== "rsa") throw fail("E_KEY_MAKE", { why: `"${algorithm}" is neither rsa nor ed25519` });
  return { kind: "rsa", bits: wholeNumber(bits, "--bit-length", 2048, 16_384) };
}

async function passphraseOf(values: NewValues, context: Context): Promise<string> {
  if (values["no-passphrase"]) return "";
  if (values.password === undefined) return newPassphrase(values["passphrase-file"], context);
  context.log.warn("others on this machine can see this passphrase: use --passphrase-file");
  return values.password;
}

function wholeNumber(text: string, flag: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw fail("E_KEY_MAKE", { why: `${flag} takes a number from ${least} to ${most}` });
}

/** `key import` @throws E_KEY_READ, E_KEYRING, E_PASSPHRASE */
export async function importKeys(
  file: string,
  values: Place & { readonly "new-password": boolean; readonly "passphrase-file": Text },
  context: Context,
): Promise<void> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw fail("E_KEY_READ", { path: file, why: reasonOf(cause) }, { cause });
  });
  const keys: PgpKey[] = [];
  for (const key of await parseKeys(bytes, file)) {
    keys.push(values["new-password"] && key.isPrivate() ? await relock(key, values["passphrase-file"], context) : key);
  }
  const ring = keyringOf(values, context);
  const added = await addKeys(ring, values.global ? keys.map((key) => key.toPublic()) : keys);
  for (const key of keys)
    context.log.info(`key ${fingerprintOf(key)} of ${printable(key.getUserIDs()[0] ?? "")} imported`);
  context.log.info(`${added} new key(s) in ${ring.folder}`);
}

async function relock(key: PgpSecretKey, file: Text, context: Context): Promise<PgpSecretKey> {
  const open = (await isUnlocked(key, new Date()))
    ? key
    : await unlockKey(key, await readPassphrase(undefined, "Enter your old password : ", context));
  const passphrase = await newPassphrase(file, context);
  return passphrase === "" ? open : lockKey(open, passphrase);
}

/** `key export` @throws E_KEY_NONE, E_KEY_CHOICE, E_KEY_EXISTS, E_KEYRING */
export async function exportKey(
  file: string,
  wanted: Text,
  values: Place & { readonly secret: boolean; readonly armor: boolean },
  context: Context,
): Promise<void> {
  const ring = keyringOf(values, context);
  const [keys, path] = values.secret
    ? [await secretKeys(ring), ring.secretPath]
    : [await publicKeys(ring), ring.publicPath];
  const key = oneOf(keys, wanted, path, values.secret ? "secret" : "public");
  const mode = values.secret ? 0o600 : 0o644;
  await writeFile(file, values.armor ? key.armor() : key.write(), { flag: "wx", mode }).catch((cause: unknown) => {
    if (errnoOf(cause) === "EEXIST") throw fail("E_KEY_EXISTS", { path: file });
    throw cause;
  });
  context.log.info(`key ${fingerprintOf(key)} exported to ${file}`);
}

function oneOf<K extends PgpKey>(keys: readonly K[], wanted: Text, path: string, kind: string): K {
  if (wanted !== undefined) return chooseKey(keys, wanted, path, kind);
  const [only, ...others] = keys;
  if (only === undefined) return chooseKey(keys, "at all", path, kind);
  if (others.length > 0) throw fail("E_KEY_AMBIGUOUS", { wanted: "export without a fingerprint", count: keys.length });
  return only;
}

/** `key list` @throws E_KEYRING */
export async function listKeys(
  values: Place & { readonly secret: boolean; readonly json: boolean },
  context: Context,
): Promise<void> {
  const ring = keyringOf(values, context);
  const keys = values.secret ? await secretKeys(ring) : await publicKeys(ring);
  const now = new Date();
  const shown = await Promise.all(keys.map((key, index) => shownKey(key, index, now)));
  if (values.json) return print(`${JSON.stringify(shown, null, 2)}\n`);
  const [kind, path] = values.secret ? ["Private", ring.secretPath] : ["Public", ring.publicPath];
  print(`${kind} key listing (${path}):\n\n${shown.map(keyText).join("")}`);
}

/** `key remove` @throws E_KEY_NONE, E_KEYRING */
export async function removeKeys(
  wanted: string,
  values: Place & { readonly public: boolean; readonly secret: boolean; readonly both: boolean },
  context: Context,
): Promise<void> {
  const ring = keyringOf(values, context);
  const which = values.both || (values.public && values.secret) ? "both" : values.secret ? "secret" : "public";
  const keys = [
    ...(which === "secret" ? [] : await publicKeys(ring)),
    ...(which === "public" ? [] : await secretKeys(ring)),
  ];
  const unique = [...new Map(keys.map((key) => [fingerprintOf(key), key])).values()];
  const print = fingerprintOf(chooseKey(unique, wanted, ring.folder, which));
  await removeKey(ring, print, which);
  context.log.info(`key ${print} removed (${which})`);
}

/** `key pull` @throws E_KEYSERVER…, E_KEYRING */
export async function pull(wanted: string, values: Place & Server, context: Context): Promise<void> {
  const keys = await withKeyServer(values.url, context, (server) => pullKey(server, wanted));
  const ring = keyringOf(values, context);
  const added = await addKeys(ring, keys);
  print(`${added} key(s) added to keyring of trust ${ring.publicPath}\n`);
}

/** `key push` @throws E_KEY_NONE, E_KEYSERVER… */
export async function push(wanted: string, values: Place & Server, context: Context): Promise<void> {
  const ring = keyringOf(values, context);
  const key = chooseKey(await publicKeys(ring), wanted, ring.publicPath, "public");
  await withKeyServer(values.url, context, (server) => pushKey(server, key));
  print(`public key \`${fingerprintOf(key)}' pushed to server successfully\n`);
}

/** `key search` @throws E_KEYSERVER… */
export async function search(
  words: string,
  values: Server & { readonly "long-list": boolean },
  context: Context,
): Promise<void> {
  const found = await withKeyServer(values.url, context, (server) => searchKeys(server, words));
  print(foundText(found, values["long-list"]));
}
