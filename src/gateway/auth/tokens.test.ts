import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../store/store.ts";
import { openMemoryStore } from "../../store/testing.ts";
import { type NewToken, type TokenBook, tokenBook } from "./tokens.ts";

const WISH: NewToken = { name: "ci", uid: 500, gid: 50, user: "alice", scopes: ["read", "pull"], expires: null };

let store: Store;
let tokens: TokenBook;
let time = 1000;

beforeEach(async () => {
  time = 1000;
  store = await openMemoryStore(() => time);
  tokens = tokenBook(store);
});
afterEach(() => store.close());

describe("a token", () => {
  test("is shown once, and names its owner whenever it is shown again", async () => {
    const { secret, token } = await tokens.make(WISH);
    expect(secret).toMatch(/^berth_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
    expect(await tokens.verify(secret)).toMatchObject({
      id: token.id,
      uid: 500,
      user: "alice",
      scopes: ["read", "pull"],
    });
  });

  test("is not in the database, only its hash is", async () => {
    const { secret } = await tokens.make(WISH);
    const rows = await store.db.selectFrom("tokens").selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(secret.split("_").slice(2).join("_"));
    expect(rows[0]?.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test("is good in a database that cannot be written", async () => {
    const { secret } = await tokens.make(WISH);
    const trigger = sql`create trigger full before update on tokens begin select raise(abort, 'full'); end`;
    await trigger.execute(store.db);
    expect(await tokens.verify(secret)).toMatchObject({ user: "alice", lastUse: null });
  });

  test("ends at its time", async () => {
    const { secret } = await tokens.make({ ...WISH, expires: 2000 });
    time = 1999;
    await tokens.verify(secret);
    time = 2000;
    await expect(tokens.verify(secret)).rejects.toMatchObject({ code: "E_AUTH_TOKEN", http: 401 });
  });

  test("is worth nothing after it was revoked", async () => {
    const { secret, token } = await tokens.make(WISH);
    expect(await tokens.revoke(token.id)).toBe(true);
    expect(await tokens.revoke(token.id)).toBe(false);
    await expect(tokens.verify(secret)).rejects.toMatchObject({ code: "E_AUTH_TOKEN" });
  });

  test("with the secret of another is refused with the same words as one that is not there", async () => {
    const [one, other] = [await tokens.make(WISH), await tokens.make(WISH)];
    const mixed = `berth_${one.token.id}_${other.secret.slice(23)}`;
    const unknown = `berth_${"0".repeat(16)}_${other.secret.slice(23)}`;
    const words = await Promise.all([mixed, unknown, "berth_x", ""].map((text) => tokens.verify(text).catch(String)));
    expect(new Set(words).size).toBe(1);
  });

  test("remembers when it was used, to the minute", async () => {
    const { secret, token } = await tokens.make(WISH);
    for (time of [1100, 1120, 1161]) await tokens.verify(secret);
    expect((await tokens.find(token.id))?.lastUse).toBe(1161);
    time = 1170;
    await tokens.verify(secret);
    expect((await tokens.find(token.id))?.lastUse).toBe(1161);
  });

  test("is listed for its owner, the newest first", async () => {
    const first = await tokens.make(WISH);
    time = 1001;
    const second = await tokens.make({ ...WISH, name: "laptop" });
    await tokens.make({ ...WISH, uid: 501, user: "bob" });
    expect((await tokens.list(500)).map(({ id }) => id)).toEqual([second.token.id, first.token.id]);
    expect(await tokens.list(undefined)).toHaveLength(3);
  });
});
