// Webhooks: a CI system tells berth that there is a new image, and signs that with a key of the webhook. A call counts once,
// and only for some minutes: whoever overhears one can do nothing with it.

import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Selectable } from "kysely";
import { defineErrors } from "../../base/errors.ts";
import { lockName } from "../../store/name-lock.ts";
import type { WebhookRow } from "../../store/schema-webhooks.ts";
import type { Store } from "../../store/store.ts";
import { closeSecret, isClosedFor, openSecret } from "../secrets/envelope.ts";
import { webhookKeyName } from "../secrets/exchange-key.ts";
import type { Keyring } from "../secrets/keyring.ts";

const fail = defineErrors({
  E_WEBHOOK_REFUSED: {
    text: "this call of a webhook does not hold",
    hint: 'send x-berth-timestamp (seconds since 1970, now) and x-berth-signature: v1=HEX of HMAC-SHA256(key, timestamp + "." + body); each call needs a timestamp or body of its own',
    http: 401,
    exit: 1,
  },
  E_WEBHOOK_NONE: {
    text: "the stack {stack} has no webhook {id}",
    hint: "see: GET /v2/stacks/{stack}/webhooks",
    http: 404,
    exit: 1,
  },
  E_WEBHOOK_MANY: {
    text: "the stack {stack} has {limit} webhooks already",
    hint: "remove one first",
    http: 409,
    exit: 1,
  },
});

/** A webhook without its key. */
export interface Webhook {
  readonly id: string;
  readonly stack: string;
  readonly service: string | undefined;
  readonly description: string;
  readonly by: string;
  readonly uid: number;
  readonly createdAt: number;
  readonly lastUse: number | undefined;
}

export interface Webhooks {
  list(stack: string): Promise<readonly Webhook[]>;
  /** `key` is shown once. @throws E_WEBHOOK_MANY */
  make(wish: {
    readonly stack: string;
    readonly service: string | undefined;
    readonly description: string;
    readonly by: { readonly uid: number; readonly user: string };
  }): Promise<{ readonly webhook: Webhook; readonly key: string }>;
  /** @throws E_WEBHOOK_NONE */
  remove(stack: string, id: string): Promise<void>;
  /** Removes those of stacks that are not among these, unless they were made since then (seconds since 1970). */
  forget(living: ReadonlySet<string>, before: number): Promise<void>;
  /** The webhook of a call whose signature holds. @throws E_WEBHOOK_REFUSED, the same whatever is wrong */
  checked(call: WebhookCall): Promise<Webhook>;
}

export interface WebhookCall {
  readonly id: string;
  readonly body: Buffer;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

const OF_ONE_STACK = 20;
/** Seconds that the clocks may differ. */
const WINDOW = 300;

/** The webhooks in a store; their keys are closed like secrets. */
export function webhookBook(store: Pick<Store, "db" | "kind" | "now" | "transaction">, keyring: Keyring): Webhooks {
  const { db, now } = store;
  const take = async (signature: string) => {
    await db
      .deleteFrom("webhook_calls")
      .where("at", "<", now() - 2 * WINDOW)
      .execute();
    const insert = db.insertInto("webhook_calls").values({ signature, at: now() });
    const { numInsertedOrUpdatedRows } = await insert.onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
    return (numInsertedOrUpdatedRows ?? 0n) > 0n;
  };
  const list = async (stack: string) => {
    const rows = db.selectFrom("webhooks").selectAll().where("stack", "=", stack).orderBy("created_at").orderBy("id");
    return (await rows.execute()).map(readWebhook);
  };
  return {
    list,
    async make({ stack, service, description, by }) {
      const [id, key] = [randomBytes(8).toString("hex"), randomBytes(32).toString("base64url")];
      const sealed = await closeSecret(keyring, webhookKeyName(id), Buffer.from(key));
      const whose = { stack, service: service ?? null, description, by_uid: by.uid, by_user: by.user };
      const row: WebhookRow = { id, ...whose, sealed, created_at: now(), last_use: null };
      await store.transaction(async (trx) => {
        await lockName(trx, store.kind, `berth webhooks of ${stack}`);
        const there = await trx.selectFrom("webhooks").select("id").where("stack", "=", stack).execute();
        if (there.length >= OF_ONE_STACK) throw fail("E_WEBHOOK_MANY", { stack, limit: OF_ONE_STACK });
        await trx.insertInto("webhooks").values(row).execute();
      });
      // Another server may have exchanged the site's key meanwhile.
      if (!isClosedFor(sealed, (await keyring.current()).id)) {
        const again = await closeSecret(keyring, webhookKeyName(id), Buffer.from(key));
        await db.updateTable("webhooks").set({ sealed: again }).where("id", "=", id).execute();
      }
      return { webhook: readWebhook(row), key };
    },
    async remove(stack, id) {
      const one = db.deleteFrom("webhooks").where("stack", "=", stack).where("id", "=", id);
      if ((await one.executeTakeFirst()).numDeletedRows === 0n) throw fail("E_WEBHOOK_NONE", { stack, id });
    },
    async forget(living, before) {
      const stacks = await db.selectFrom("webhooks").select("stack").distinct().execute();
      for (const { stack } of stacks) {
        if (living.has(stack)) continue;
        await db.deleteFrom("webhooks").where("stack", "=", stack).where("created_at", "<", before).execute();
      }
    },
    async checked({ id, body, timestamp = "", signature = "" }) {
      const row = await db.selectFrom("webhooks").selectAll().where("id", "=", id).executeTakeFirst();
      const isNow = /^\d{1,12}$/.test(timestamp) && Math.abs(Number(timestamp) - now()) <= WINDOW;
      if (!row || !isNow) throw fail("E_WEBHOOK_REFUSED");
      const key = await openSecret(keyring, webhookKeyName(id), row.sealed);
      if (!isSame(signature, signCall(key.toString(), timestamp, body)) || !(await take(`${id} ${signature}`)))
        throw fail("E_WEBHOOK_REFUSED");
      await db.updateTable("webhooks").set({ last_use: now() }).where("id", "=", id).execute();
      return readWebhook(row);
    },
  };
}

/** What a call is signed with: `v1=HEX`. */
export function signCall(key: string, timestamp: string, body: Buffer): string {
  return `v1=${createHmac("sha256", key).update(`${timestamp}.`).update(body).digest("hex")}`;
}

function isSame(sent: string, ours: string): boolean {
  const [a, b] = [Buffer.from(sent), Buffer.from(ours)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function readWebhook({
  id,
  stack,
  service,
  description,
  by_user,
  by_uid,
  created_at,
  last_use,
}: Selectable<WebhookRow>): Webhook {
  const use = { createdAt: created_at, lastUse: last_use ?? undefined };
  return { id, stack, service: service ?? undefined, description, by: by_user, uid: by_uid, ...use };
}
