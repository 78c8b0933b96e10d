// Calls of webhooks: taken when they are signed, now, and for the first time.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../store/store.ts";
import { openMemoryStore } from "../../store/testing.ts";
import { openKeyring } from "../secrets/keyring.ts";
import { secretBook } from "../secrets/secret-book.ts";
import { signCall, type Webhooks, webhookBook } from "./webhooks.ts";

let folder = "";
let store: Store;
let now = 0;
let webhooks: Webhooks;
let id = "";
let key = "";
beforeEach(async () => {
  now = 1_800_000_000;
  folder = mkdtempSync(join(tmpdir(), "berth-webhooks-"));
  store = await openMemoryStore(() => now);
  webhooks = webhookBook(store, await openKeyring(join(folder, "keys")));
  const made = await webhooks.make({
    stack: "rover",
    service: "web",
    description: "CI",
    by: { uid: 501, user: "fred" },
  });
  ({ id } = made.webhook);
  ({ key } = made);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const body = Buffer.from('{"tag": "v2"}');
const call = (more = {}) => ({
  id,
  body,
  timestamp: String(now),
  signature: signCall(key, String(now), body),
  ...more,
});

describe("a call", () => {
  test("that is signed is taken, in the name of who made the webhook", async () => {
    expect(await webhooks.checked(call())).toMatchObject({ stack: "rover", service: "web", by: "fred", uid: 501 });
    expect(await webhooks.list("rover")).toMatchObject([{ lastUse: now }]);
  });

  test("is taken once", async () => {
    await webhooks.checked(call());
    await expect(webhooks.checked(call())).rejects.toMatchObject({ code: "E_WEBHOOK_REFUSED", http: 401 });
    now += 1;
    await webhooks.checked(call());
  });

  test.each([
    ["an unknown id", { id: "0123456789abcdef" }],
    ["another body", { body: Buffer.from("{}") }],
    ["no signature", { signature: undefined }],
    ["a signature of another form", { signature: "sha256=00" }],
    ["another time than it is signed for", { timestamp: "1800000001" }],
    ["no time", { timestamp: undefined }],
    ["a time that is none", { timestamp: "1e9" }],
  ])("with %s is refused in the same words", async (_what, change) => {
    await expect(webhooks.checked(call(change))).rejects.toMatchObject({
      message: "this call of a webhook does not hold",
    });
  });

  test("of long ago or of the future is refused", async () => {
    for (const at of [now - 301, now + 301]) {
      const late = call({ timestamp: String(at), signature: signCall(key, String(at), body) });
      await expect(webhooks.checked(late)).rejects.toMatchObject({ code: "E_WEBHOOK_REFUSED" });
    }
  });
});

test("a webhook that was removed takes no calls", async () => {
  await webhooks.remove("rover", id);
  await expect(webhooks.checked(call())).rejects.toMatchObject({ code: "E_WEBHOOK_REFUSED" });
  await expect(webhooks.remove("rover", id)).rejects.toMatchObject({ code: "E_WEBHOOK_NONE" });
});

test("a webhook takes calls after the site's key was exchanged", async () => {
  const keyring = await openKeyring(join(folder, "keys"));
  await secretBook(store, keyring).exchangeKey();
  expect(await webhooks.checked(call())).toMatchObject({ stack: "rover" });
});

test("webhooks go with their stack, unless they are newer than what is known of it", async () => {
  await webhooks.forget(new Set(["rover"]), now + 1);
  await webhooks.forget(new Set(), now);
  expect(await webhooks.list("rover")).toHaveLength(1);
  await webhooks.forget(new Set(["other"]), now + 1);
  expect(await webhooks.list("rover")).toEqual([]);
});

test("keys stand nowhere in the database, and a stack has only so many", async () => {
  expect(JSON.stringify(await store.db.selectFrom("webhooks").selectAll().execute())).not.toContain(key);
  const make = () =>
    webhooks.make({ stack: "rover", service: undefined, description: "", by: { uid: 501, user: "fred" } });
  const asked = await Promise.allSettled(Array.from({ length: 30 }, make));
  expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(19);
  await expect(make()).rejects.toMatchObject({ code: "E_WEBHOOK_MANY" });
});
