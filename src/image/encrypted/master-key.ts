// gocryptfs.conf: how a passphrase becomes the key of the contents. The file comes with the image, so what it asks for
// (memory above all) is bounded.

import { createDecipheriv, hkdfSync, scrypt } from "node:crypto";
import { fail } from "./errors.ts";
import { CONTENT_INFO } from "./form.ts";

/** gocryptfs' own default wants 64 MiB; sixteen times as much is believed. */
const MAX_SCRYPT_BYTES = 1024 ** 3;
const IV_BYTES = 16;
const TAG_BYTES = 16;
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
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** The key of file contents (AES-256-GCM). @throws E_DECRYPT_WRONG for another passphrase, E_DECRYPT_FORM */
export async function contentKey(config: string, passphrase: string, path: string): Promise<Buffer> {
  const { encryptedKey, salt, n, r, p } = parseConfig(config, path);
  const locked = derived(await stretched(passphrase, salt, { N: n, r, p, maxmem: 2 * MAX_SCRYPT_BYTES }));
  const cipher = createDecipheriv("aes-256-gcm", locked, encryptedKey.subarray(0, IV_BYTES));
  cipher.setAAD(Buffer.alloc(8)); // the key is "block 0" of no file
  cipher.setAuthTag(encryptedKey.subarray(-TAG_BYTES));
  try {
    const key = cipher.update(encryptedKey.subarray(IV_BYTES, -TAG_BYTES));
    cipher.final();
    return derived(key);
  } catch {
    throw fail("E_DECRYPT_WRONG", {
      path,
      why: "this is not its passphrase",
      hint: "check the passphrase; an image that was encrypted for an RSA key wants --pem-path",
    });
  }
}

function derived(key: Buffer): Buffer {
  return Buffer.from(hkdfSync("sha256", key, Buffer.alloc(0), CONTENT_INFO, 32));
}

function stretched(
  passphrase: string,
  salt: Buffer,
  cost: { N: number; r: number; p: number; maxmem: number },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, 32, cost, (error, key) => (error ? reject(error) : resolve(key)));
  });
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
  if (n < 2 || (n & (n - 1)) !== 0 || r < 1 || p < 1 || p > 16 || 128 * n * r > MAX_SCRYPT_BYTES)
    throw refuse("its gocryptfs.conf asks for an impossible amount of work");
  const encryptedKey = bytes(config["EncryptedKey"]);
  const salt = bytes(cost["Salt"]);
  if (encryptedKey.length !== IV_BYTES + 32 + TAG_BYTES || salt.length < 16)
    throw refuse("its gocryptfs.conf is damaged");
  return { encryptedKey, salt, n, r, p };
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
