// gocryptfs.conf: how a passphrase becomes the key of the contents. The file comes with the image, so what it asks for
// (memory above all) is bounded.

import { randomBytes } from "node:crypto";
import { type Cost, derive, OVERHEAD, openBlock, placeOf, sealBlock, stretch } from "./cipher.ts";
import { fail } from "./errors.ts";

/** gocryptfs' own default wants 64 MiB; sixteen times as much is believed. */
const MAX_SCRYPT_BYTES = 1024 ** 3;
/** gocryptfs refuses less. */
const LEAST_N = 1024;
/** gocryptfs' default. */
const USUAL_COST: Cost = { n: 65_536, r: 8, p: 1 };
const KEY_BYTES = 32;
/** Features that say nothing, or only something of names, which are not needed here. */
const HARMLESS = new Set([
  "HKDF",
  "GCMIV128",
  "PlaintextNames",
  "DirIV",
  "EMENames",
  "LongNames",
  "LongNameMax",
  "Raw64",
]);

interface Config {
  readonly encryptedKey: Buffer;
  readonly salt: Buffer;
  readonly cost: Cost;
}

/** The key of file contents (AES-256-GCM). @throws E_DECRYPT_WRONG for another passphrase, E_DECRYPT_FORM */
export async function contentKey(config: string, passphrase: string, path: string): Promise<Buffer> {
  const { encryptedKey, salt, cost } = parseConfig(config, path);
  const master = openBlock(encryptedKey, await stretch(passphrase, salt, cost), placeOf(0, Buffer.alloc(0)));
  if (master) return derive(master);
  throw fail("E_DECRYPT_WRONG", {
    path,
    why: "this is not its passphrase",
    hint: "check the passphrase; an image that was encrypted for an RSA key wants --pem-path",
  });
}

/** The file for a new master key. */
export async function configFor(master: Buffer, passphrase: string): Promise<string> {
  const salt = randomBytes(32);
  const { n, r, p } = USUAL_COST;
  const encryptedKey = sealBlock(master, await stretch(passphrase, salt, USUAL_COST), placeOf(0, Buffer.alloc(0)));
  const config = {
    Creator: "berth",
    EncryptedKey: encryptedKey.toString("base64"),
    ScryptObject: { Salt: salt.toString("base64"), N: n, R: r, P: p, KeyLen: KEY_BYTES },
    Version: 2,
    FeatureFlags: ["HKDF", "GCMIV128", "PlaintextNames"],
  };
  return `${JSON.stringify(config, undefined, "\t")}\n`;
}

function parseConfig(text: string, path: string): Config {
  const refuse = (what: string) => fail("E_DECRYPT_FORM", { path, what });
  const config = parseJson(text);
  const flags = list(config["FeatureFlags"]);
  const strange = flags.find((flag) => typeof flag !== "string" || !HARMLESS.has(flag));
  if (strange !== undefined) throw refuse(`it uses ${String(strange).slice(0, 40)}, which berth does not know`);
  if (config["Version"] !== 2 || !flags.includes("HKDF") || !flags.includes("GCMIV128"))
    throw refuse("its gocryptfs.conf is of another kind");
  const cost = record(config["ScryptObject"]);
  const [n, r, p] = [number(cost["N"]), number(cost["R"]), number(cost["P"])];
  if (n < LEAST_N || (n & (n - 1)) !== 0 || r < 1 || p < 1 || p > 16 || 128 * n * r > MAX_SCRYPT_BYTES)
    throw refuse("its gocryptfs.conf asks for an impossible amount of work");
  const encryptedKey = bytes(config["EncryptedKey"]);
  const salt = bytes(cost["Salt"]);
  if (encryptedKey.length !== KEY_BYTES + OVERHEAD || salt.length < 16) throw refuse("its gocryptfs.conf is damaged");
  return { encryptedKey, salt, cost: { n, r, p } };
}

function parseJson(text: string): Record<string, unknown> {
  try {
    return record(JSON.parse(text));
  } catch {
    return {};
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value <= 2 ** 30 ? value : 0;
}

function bytes(value: unknown): Buffer {
  return Buffer.from(typeof value === "string" ? value.slice(0, 1024) : "", "base64");
}
