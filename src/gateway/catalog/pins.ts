// Pins: somebody needs an image (`job:123`), so it is not removed until the pin's time is over or it is taken away.

import { type Kysely, sql } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { Actor } from "../records.ts";
import type { ImageName } from "../types.ts";
import { type Change, lockImage } from "./changes.ts";
import { note } from "./events.ts";
import { tagColumns } from "./tags.ts";

/** A pin that holds. */
export interface Pin {
  readonly holder: string;
  /** Who set it. */
  readonly uid: number | null;
  readonly until: number | null;
}

/** Who changes a pin, and the name by which he means the image. */
export interface PinChange {
  readonly name: ImageName;
  readonly by: Actor;
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
export async function setPin(change: Change, key: number, pin: Pin, { by, name }: PinChange, now: number) {
  const { trx } = change;
  await lockImage(change, key);
  const image = await trx.selectFrom("images").where("key", "=", key).select(["status", "id"]).executeTakeFirst();
  if (image?.status !== "READY") return false;
  const { holder, uid, until } = pin;
  await trx
    .insertInto("pins")
    .values({ image_key: key, holder, uid, created_at: now, until })
    .onConflict((conflict) => conflict.columns(["image_key", "holder"]).doUpdateSet({ until, uid }))
    .execute();
  const event = { kind: "pin.set", ...tagColumns(name), imageId: image.id, actor: by, outcome: "done" } as const;
  await note(trx, now, { ...event, detail: { holder, until } });
  return true;
}

/** Takes the holder's pin away; false when there was none. */
export async function dropPin({ trx }: Change, key: number, holder: string, { by, name }: PinChange, now: number) {
  const gone = await trx
    .deleteFrom("pins")
    .where("image_key", "=", key)
    .where("holder", "=", holder)
    .returning("holder")
    .executeTakeFirst();
  if (!gone) return false;
  const image = await trx.selectFrom("images").where("key", "=", key).select("id").executeTakeFirst();
  const event = { kind: "pin.removed", ...tagColumns(name), imageId: image?.id ?? null, actor: by } as const;
  await note(trx, now, { ...event, outcome: "done", detail: { holder } });
  return true;
}
