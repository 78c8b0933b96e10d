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
    expect((await log.list({ limit: 10, action: "stack.up" })).items).toHaveLength(2);
  });

  test.skipIf(skip)("cannot be changed or shortened, by nobody's mistake", async () => {
    const store = await open();
    await auditLog(store).note({ who: fred, action: "stack.up", object: "stack/x", outcome: "ok" });
    for (const change of [sql`update audit set user_name = 'wilma'`, sql`delete from audit`])
      await expect(change.execute(store.db)).rejects.toThrow(/append-only/);
    expect((await auditLog(store).list({ limit: 10 })).items).toMatchObject([{ who: "fred" }]);
  });
});
