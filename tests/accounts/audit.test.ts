// The audit log over both databases.

import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { auditLog } from "../../src/accounts/audit.ts";
import { storeChoices } from "../support/stores.ts";

describe.each(storeChoices())("the audit log in $kind", ({ open, skip }) => {
  const fred = { uid: 501, user: "fred" };
  const wilma = { uid: 502, user: "wilma" };

  test.skipIf(skip)("is read newest first, page by page, by person, thing and deed", async () => {
    const log = auditLog(await open());
    for (let n = 1; n <= 5; n++)
      await log.note({
        who: n % 2 ? fred : wilma,
        action: `stack.${n > 3 ? "up" : "stop"}`,
        object: `stack/s${n}`,
        outcome: "ok",
      });
    const first = await log.list({ limit: 2 });
    expect(first.items.map(({ object }) => object)).toEqual(["stack/s5", "stack/s4"]);
    const second = await log.list({ limit: 10, after: first.next });
    expect(second.items.map(({ object }) => object)).toEqual(["stack/s3", "stack/s2", "stack/s1"]);
    expect(second.next).toBeUndefined();
    expect((await log.list({ limit: 10, who: "wilma" })).items).toHaveLength(2);
    expect((await log.list({ limit: 10, object: "stack/s3" })).items).toHaveLength(1);
    expect((await log.list({ limit: 10, object: "stack/*" })).items).toHaveLength(5);
    expect((await log.list({ limit: 10, object: "stack*" })).items).toHaveLength(5);
    expect((await log.list({ limit: 10, object: "Stack/*" })).items).toHaveLength(0);
    expect((await log.list({ limit: 10, action: "stack.up" })).items).toHaveLength(2);
  });

  test.skipIf(skip)("takes note of whatever name it was tried with", async () => {
    const log = auditLog(await open());
    await log.note({ who: { uid: -1, user: "a\0b" }, action: "session.begin", object: "session", outcome: "refused" });
    expect((await log.list({ limit: 10 })).items).toMatchObject([{ who: "a\ufffdb" }]);
  });

  test.skipIf(skip)("cannot be changed or shortened, by nobody's mistake", async () => {
    const store = await open();
    await auditLog(store).note({ who: fred, action: "stack.up", object: "stack/x", outcome: "ok" });
    const insert = sql`into audit (id, at, uid, user_name, action, object, outcome) values (1, 0, 0, 'wilma', 'a', 'o', 'ok')`;
    const overwrite =
      store.kind === "sqlite"
        ? [sql`insert or replace ${insert}`]
        : [sql`insert ${insert} on conflict (id) do update set user_name = 'wilma'`, sql`truncate audit`];
    for (const change of [sql`update audit set user_name = 'wilma'`, sql`delete from audit`, ...overwrite])
      await expect(change.execute(store.db)).rejects.toThrow(/append-only/);
    expect((await auditLog(store).list({ limit: 10 })).items).toMatchObject([{ who: "fred" }]);
  });
});
