// A new key of the site in the place of the old ones, for everything that is closed with it: secrets, and the keys of webhooks.
// Servers that do it at the same time do it one after the other.

import { sql, type Transaction } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { closeAgain, keyOf } from "./envelope.ts";
import type { Keyring } from "./keyring.ts";

/** A secret may be half a megabyte: so many are in memory at a time. */
const PAGE = 50;

/** The name that the key of a webhook is closed for. */
export function webhookKeyName(id: string): string {
  return `webhook ${id}`;
}

/** Closes everything with a new key; answers how many secrets. @throws E_SECRET_KEY, E_SECRET_BROKEN */
export async function exchangeKey(store: Store, keyring: Keyring): Promise<number> {
  // The file is not the database's: run again, it only has one more key, which goes in the end.
  const closed = await store.transaction(async (trx) => {
    await alone(store, trx);
    await keyring.add();
    await closeWebhooks(trx, keyring);
    return closeSecrets(trx, keyring);
  });
  // What is committed needs no other key; what another server closed meanwhile may.
  await store.transaction(async (trx) => {
    await alone(store, trx);
    await keyring.keep(await usedKeys(trx));
  });
  return closed;
}

// SQLite's transactions are one at a time anyway.
async function alone({ kind }: Store, trx: Transaction<Tables>): Promise<void> {
  if (kind === "postgres") await sql`lock table secrets, webhooks in share row exclusive mode`.execute(trx);
}

async function closeSecrets(trx: Transaction<Tables>, keyring: Keyring): Promise<number> {
  let closed = 0;
  for (let after = ""; ; ) {
    const page = trx.selectFrom("secrets").select(["name", "sealed"]).where("name", ">", after).orderBy("name");
    const rows = await page.limit(PAGE).execute();
    for (const { name, sealed } of rows) {
      const again = await closeAgain(keyring, name, sealed);
      if (again === undefined) continue;
      await trx.updateTable("secrets").set({ sealed: again }).where("name", "=", name).execute();
      closed += 1;
    }
    const last = rows.at(-1);
    if (rows.length < PAGE || !last) return closed;
    after = last.name;
  }
}

async function closeWebhooks(trx: Transaction<Tables>, keyring: Keyring): Promise<void> {
  for (const { id, sealed } of await trx.selectFrom("webhooks").select(["id", "sealed"]).execute()) {
    const again = await closeAgain(keyring, webhookKeyName(id), sealed);
    if (again !== undefined) await trx.updateTable("webhooks").set({ sealed: again }).where("id", "=", id).execute();
  }
}

async function usedKeys(trx: Transaction<Tables>): Promise<ReadonlySet<string>> {
  const head = sql<string>`substr(sealed, 1, 40)`.as("head");
  const heads = [
    ...(await trx.selectFrom("secrets").select(head).distinct().execute()),
    ...(await trx.selectFrom("webhooks").select(head).distinct().execute()),
  ];
  return new Set(heads.map((row) => keyOf(row.head)));
}
