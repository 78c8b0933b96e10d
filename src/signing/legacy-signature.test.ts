import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DATA_OFFSET } from "../image/sif/layout.ts";
import { fingerprintOf, type PgpSecretKey, signClear } from "./pgp.ts";
import { appendSignatures } from "./sif-append.ts";
import { NOW, quickKey, workFolder } from "./testing.ts";
import { verifySif } from "./verify-sif.ts";

describe("a signature of the old form", () => {
  let work: Awaited<ReturnType<typeof workFolder>>;
  let key: PgpSecretKey;
  let path: string;
  beforeAll(async () => {
    work = await workFolder();
    key = await quickKey("ada");
    path = await work.file();
    const bytes = await readFile(path);
    await appendSignatures(path, { now: NOW }, async (_, table) => {
      const hash = createHash("sha384");
      for (const { offset, size } of table.file.descriptors) hash.update(bytes.subarray(offset, offset + size));
      const { message } = await signClear(`SIFHASH:\n${hash.digest("hex")}\n`, key, NOW);
      return [{ content: Buffer.from(message), group: 1, hash: "sha384", fingerprint: fingerprintOf(key) }];
    });
  });
  afterAll(() => work.remove());

  const keys = () => ({ pgp: [key.toPublic()] });

  test("is refused, and named, where it was not asked for", async () => {
    await expect(verifySif(path, { keys: keys(), now: NOW })).rejects.toMatchObject({ code: "E_SIGNATURE_LEGACY" });
  });

  test("is checked where it was asked for", async () => {
    const [finding] = await verifySif(path, { keys: keys(), now: NOW, legacy: "primary", group: 1 });
    expect(finding?.failure).toBeUndefined();
    expect(finding?.verified.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  test("does not stand for objects that it is not of", async () => {
    const attempt = verifySif(path, { keys: keys(), now: NOW, legacy: "primary" });
    await expect(attempt).rejects.toMatchObject({ code: "E_SIF_UNSIGNED" });
  });

  test("is bad when the content changed", async () => {
    const file = await open(path, "r+");
    await file.write(Buffer.from("x"), 0, 1, DATA_OFFSET);
    await file.close();
    const [finding] = await verifySif(path, { keys: keys(), now: NOW, legacy: "primary", group: 1 });
    expect(finding?.failure?.code).toBe("E_OBJECT_CHANGED");
  });
});
