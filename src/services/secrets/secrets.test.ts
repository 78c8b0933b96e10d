// Secrets: closed in the database, opened for containers, given new values and new keys; nothing leaks.

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../store/store.ts";
import { openMemoryStore } from "../../store/testing.ts";
import { openKeyring } from "./keyring.ts";
import { SECRET_BYTES, type SecretBook, secretBook } from "./secret-book.ts";

const FRED = { uid: 501, user: "fred" };
const VALUE = Buffer.from("correct horse battery staple");
const NAME = "db.rover.mysql_password";

let folder = "";
let keyFile = "";
let store: Store;
let book: SecretBook;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "berth-secrets-"));
  keyFile = join(folder, "keys", "secrets.keys");
  store = await openMemoryStore(() => 1000);
  book = secretBook(store, await openKeyring(keyFile));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const create = (name = NAME, value = VALUE) =>
  book.create({ name, description: "owner:fred", owner: FRED, value }, "fred");
const sealedText = async (name = NAME) =>
  (await store.db.selectFrom("secrets").select("sealed").where("name", "=", name).executeTakeFirstOrThrow()).sealed;

describe("a secret", () => {
  test("is opened as it was given, bytes of any kind", async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 0]);
    await create(NAME, bytes);
    expect(await book.open(NAME)).toEqual(bytes);
  });

  test("is shown without its value, and stands nowhere in the database", async () => {
    const shown = JSON.stringify([await create(), await book.list(), await book.find([NAME])]);
    const kept = JSON.stringify(await store.db.selectFrom("secrets").selectAll().execute());
    for (const text of [shown, kept, readFileSync(keyFile, "utf8")]) {
      expect(text).not.toContain(VALUE.toString());
      expect(text).not.toContain(VALUE.toString("base64url"));
    }
    expect(shown).not.toContain("sealed");
  });

  test("is made once, and gets other values by rotation", async () => {
    await create();
    await expect(create()).rejects.toMatchObject({ code: "E_SECRET_EXISTS", http: 409 });
    expect(await book.rotate(NAME, Buffer.from("other"), "wilma")).toMatchObject({ version: 2, rotatedBy: "wilma" });
    expect(await book.open(NAME)).toEqual(Buffer.from("other"));
    await book.remove(NAME);
    await expect(book.open(NAME)).rejects.toMatchObject({ code: "E_SECRET_NONE", http: 404 });
    await expect(book.rotate(NAME, VALUE, "fred")).rejects.toMatchObject({ code: "E_SECRET_NONE" });
    await expect(book.remove(NAME)).rejects.toMatchObject({ code: "E_SECRET_NONE" });
  });

  test("is neither empty nor without bound", async () => {
    await expect(create(NAME, Buffer.alloc(0))).rejects.toMatchObject({ code: "E_SECRET_EMPTY" });
    await expect(create(NAME, Buffer.alloc(SECRET_BYTES + 1))).rejects.toMatchObject({ code: "E_SECRET_SIZE" });
    await create(NAME, Buffer.alloc(SECRET_BYTES));
  });

  test("does not open under another name", async () => {
    await create();
    await create("db.rover.other", Buffer.from("other"));
    await store.db
      .updateTable("secrets")
      .set({ sealed: await sealedText() })
      .where("name", "=", "db.rover.other")
      .execute();
    await expect(book.open("db.rover.other")).rejects.toMatchObject({ code: "E_SECRET_BROKEN" });
  });

  test("does not open when a byte of it was changed", async () => {
    await create();
    const sealed = await sealedText();
    for (const at of [3, 25, 60, sealed.length - 3]) {
      const changed = `${sealed.slice(0, at)}${sealed[at] === "A" ? "B" : "A"}${sealed.slice(at + 1)}`;
      await store.db.updateTable("secrets").set({ sealed: changed }).where("name", "=", NAME).execute();
      await expect(book.open(NAME)).rejects.toMatchObject({ code: "E_SECRET_BROKEN" });
    }
  });
});

describe("the key file", () => {
  test("is made for the server alone", () => {
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  });

  test("is not believed when others may read it, or when it is damaged", async () => {
    chmodSync(keyFile, 0o640);
    await expect(openKeyring(keyFile)).rejects.toMatchObject({ code: "E_SECRET_KEY", message: /others may read it/ });
    chmodSync(keyFile, 0o600);
    writeFileSync(keyFile, `${readFileSync(keyFile, "utf8")}0123 no key\n`);
    await expect(openKeyring(keyFile)).rejects.toMatchObject({ message: /line 2 is no key/ });
  });

  test("is exchanged: everything opens with the new key, the old one is gone", async () => {
    await create();
    await create("rover.token", Buffer.from("t"));
    const before = readFileSync(keyFile, "utf8");
    const sealed = await sealedText();
    expect(await book.exchangeKey()).toBe(2);
    const after = readFileSync(keyFile, "utf8");
    expect(after.split("\n")).toHaveLength(2);
    expect(after).not.toBe(before);
    expect(await sealedText()).not.toContain(sealed.split(".")[1]);
    expect(await book.open(NAME)).toEqual(VALUE);
    expect(await book.exchangeKey()).toBe(2);
  });

  test("may be exchanged by one server while another goes on", async () => {
    const other = secretBook(store, await openKeyring(keyFile));
    await create();
    await other.exchangeKey();
    expect(await book.open(NAME)).toEqual(VALUE);
    await create("rover.token", Buffer.from("t"));
    expect(await other.open("rover.token")).toEqual(Buffer.from("t"));
  });

  test("that was cut off in its exchange opens everything, and the exchange goes on", async () => {
    await create();
    await (await openKeyring(keyFile)).add();
    expect(await book.open(NAME)).toEqual(VALUE);
    expect(await book.exchangeKey()).toBe(1);
    expect(readFileSync(keyFile, "utf8").trim().split("\n")).toHaveLength(1);
    expect(await book.open(NAME)).toEqual(VALUE);
  });

  test("is exchanged by two servers at once, and every secret opens", async () => {
    await create();
    for (let n = 0; n < 60; n++) await create(`rover.token${n}`, Buffer.from(`t${n}`));
    const other = secretBook(store, await openKeyring(keyFile));
    await Promise.all([book.exchangeKey(), other.exchangeKey(), create("rover.late", Buffer.from("late"))]);
    const fresh = secretBook(store, await openKeyring(keyFile));
    expect(await fresh.open(NAME)).toEqual(VALUE);
    for (let n = 0; n < 60; n++) expect(await fresh.open(`rover.token${n}`)).toEqual(Buffer.from(`t${n}`));
    expect(await fresh.open("rover.late")).toEqual(Buffer.from("late"));
  });

  test("that goes away while the server runs is not made anew", async () => {
    await create();
    rmSync(keyFile);
    await expect(create("rover.token")).rejects.toMatchObject({ code: "E_SECRET_KEY", message: /it is gone/ });
    await expect(book.exchangeKey()).rejects.toMatchObject({ code: "E_SECRET_KEY" });
    expect(existsSync(keyFile)).toBe(false);
  });

  test("that was lost says which secrets are to be entered again", async () => {
    await create();
    rmSync(keyFile);
    const later = secretBook(store, await openKeyring(keyFile));
    await expect(later.open(NAME)).rejects.toMatchObject({
      code: "E_SECRET_BROKEN",
      hint: /berth secret rotate db.rover/,
    });
  });
});
