// Pins: somebody needs an image (`job:123`), so it is not removed until the pin's time is over or it is taken away.

import { type Kysely, sql } from "kysely";
import type { Tables } from "../../store/schema.ts";
import { type Change, lockImage } from "./changes.ts";

/** A pin that holds. */
export interface Pin {
  readonly holder: string;
  /** Who set it. */
  readonly uid: number | null;
  readonly until: number | null;
}

/** True where image `i` is held at that time. */
export function pinned(now: number) {
  return sql<boolean>`exists (select 1 from pins p where p.image_key = i.key and (p.until is null or p.until > ${now}))`;
}

/** Those that hold the image at that time. */
export async function pinsOf(db: Kysely<Tables>, key: number, now: number): Promise<readonly Pin[]> {
  const rows = await db
    .selectFrom("pins")
    .where("image_key", "=", key)
    .where((eb) => eb.or([eb("until", "is", null), eb("until", ">", now)]))
    .selectAll()
    .orderBy("holder")
    .execute();
  return rows.map(({ holder, uid, until }) => ({ holder, uid: uid === null ? null : Number(uid), until }));
}

/** Sets the holder's pin, or moves its end; false when the image is not READY any more. */
export async function setPin(change: Change, key: number, pin: Pin, now: number): Promise<boolean> {
  const { trx } = change;
  await lockImage(change, key);
  const image = await trx.selectFrom("images").where("key", "=", key).select("status").executeTakeFirst();
  if (image?.status !== "READY") return false;
  await trx
    .insertInto("pins")
    .values({ image_key: key, holder: pin.holder, uid: pin.uid, created_at: now, until: pin.until })
    .onConflict((conflict) => conflict.columns(["image_key", "holder"]).doUpdateSet({ until: pin.until, uid: pin.uid }))
    .execute();
  return true;
}

/** Takes the holder's pin away; false when there was none. */
export async function dropPin(db: Kysely<Tables>, key: number, holder: string): Promise<boolean> {
  const gone = await db
    .deleteFrom("pins")
    .where("image_key", "=", key)
    .where("holder", "=", holder)
    .returning("holder")
    .executeTakeFirst();
  return gone !== undefined;
}
