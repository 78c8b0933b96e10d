import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  addKeys,
  chooseKey,
  type Keyring,
  keyPrint,
  keyringIn,
  parseKeys,
  publicKeys,
  removeKey,
  secretKeys,
} from "./keyring.ts";
import { fingerprintOf, type PgpSecretKey } from "./pgp.ts";
import { isUnlocked, lockKey, unlockKey } from "./pgp-keys.ts";
import { NOW, quickKey } from "./testing.ts";

describe("a keyring", () => {
  const folder = mkdtempSync(join(tmpdir(), "berth-keyring-"));
  let ring: Keyring;
  let ada: PgpSecretKey;
  let eve: PgpSecretKey;
  beforeAll(async () => {
    [ada, eve] = await Promise.all([quickKey("ada"), quickKey("eve")]);
    ring = keyringIn(join(folder, "keys"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is empty before it exists", async () => {
    expect(await publicKeys(ring)).toEqual([]);
    expect(await secretKeys(ring)).toEqual([]);
  });

  test("takes a secret key into both its files, for its owner's eyes only", async () => {
    expect(await addKeys(ring, [await lockKey(ada, "word")])).toBe(1);
    expect(await addKeys(ring, [eve.toPublic()])).toBe(1);
    expect((await publicKeys(ring)).map(fingerprintOf)).toEqual([ada, eve].map(fingerprintOf));
    expect((await secretKeys(ring)).map(fingerprintOf)).toEqual([fingerprintOf(ada)]);
    expect(statSync(ring.folder).mode & 0o777).toBe(0o700);
    for (const path of [ring.publicPath, ring.secretPath]) expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("keeps a private key locked", async () => {
    const [key] = await secretKeys(ring);
    if (!key) throw new Error("no key");
    expect(await isUnlocked(key, NOW)).toBe(false);
    await expect(unlockKey(key, "another")).rejects.toMatchObject({ code: "E_PASSPHRASE" });
    expect(await isUnlocked(await unlockKey(key, "word"), NOW)).toBe(true);
  });

  test("does not take a key twice", async () => {
    expect(await addKeys(ring, [ada.toPublic(), eve.toPublic()])).toBe(0);
    expect(await publicKeys(ring)).toHaveLength(2);
  });

  test("loses no key when several are added at once", async () => {
    const many = await Promise.all(["k1", "k2", "k3", "k4"].map((name) => quickKey(name)));
    await Promise.all(many.map((key) => addKeys(ring, [key.toPublic()])));
    expect(await publicKeys(ring)).toHaveLength(6);
  });

  test("finds a key by fingerprint or key id, and nothing shorter", async () => {
    const keys = await publicKeys(ring);
    const print = fingerprintOf(ada);
    expect(fingerprintOf(chooseKey(keys, print, "ring", "public"))).toBe(print);
    expect(fingerprintOf(chooseKey(keys, `0x${print.slice(24).toLowerCase()}`, "ring", "public"))).toBe(print);
    expect(() => chooseKey(keys, print.slice(32), "ring", "public")).toThrow(/no public key/);
    expect(keyPrint("Ada")).toBeUndefined();
  });

  test("gives a key up, from one file or from both", async () => {
    const print = fingerprintOf(ada);
    expect(await removeKey(ring, print, "public")).toBe(true);
    expect(await secretKeys(ring)).toHaveLength(1);
    expect(await removeKey(ring, print, "both")).toBe(true);
    expect(await removeKey(ring, print, "both")).toBe(false);
    expect(await secretKeys(ring)).toEqual([]);
  });

  test("reads keys in armour and without", async () => {
    for (const bytes of [Buffer.from(eve.toPublic().armor()), eve.toPublic().write()])
      expect((await parseKeys(bytes, "file")).map(fingerprintOf)).toEqual([fingerprintOf(eve)]);
    const [secret] = await parseKeys(Buffer.from(eve.armor()), "file");
    expect(secret?.isPrivate()).toBe(true);
    await expect(parseKeys(Buffer.from("nonsense"), "file")).rejects.toMatchObject({ code: "E_KEY_READ" });
  });

  test("that is damaged is neither read nor written over", async () => {
    writeFileSync(ring.publicPath, "nonsense");
    await expect(publicKeys(ring)).rejects.toMatchObject({ code: "E_KEYRING" });
    await expect(addKeys(ring, [eve.toPublic()])).rejects.toMatchObject({ code: "E_KEYRING" });
    expect(statSync(ring.publicPath).size).toBe(8);
  });
});
