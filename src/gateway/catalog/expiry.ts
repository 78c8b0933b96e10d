// The end of images: which have outlived their use, and the step that makes one removable. A pin, or a pull of it that is
// under way, holds an image whatever its time says.

import { type Kysely, sql } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { Actor } from "../records.ts";
import type { StoredImage } from "./access.ts";
import { type Change, lockImage } from "./changes.ts";
import { note } from "./events.ts";
import { imageOf, selectImages } from "./image-row.ts";
import { pinned } from "./pins.ts";

/** READY images of the system past their time that nothing holds, in the order of their numbers. */
export async function overdueImages(db: Kysely<Tables>, system: string, now: number): Promise<readonly StoredImage[]> {
  const rows = await selectImages(db)
    .where((eb) => eb.and({ "i.system": system, "i.status": "READY" }))
    .where("i.expires", "<", now)
    .where(sql<boolean>`not ${held(now)}`)
    .orderBy("i.key")
    .execute();
  return rows.map(imageOf);
}

/** Marks the image EXPIRING unless something holds it or, with `overdue`, its time has been moved. */
export async function retireImage(
  change: Change,
  target: { readonly key: number; readonly overdue: boolean; readonly by: Actor },
  now: number,
): Promise<boolean> {
  const { trx, touch } = change;
  const { key, overdue, by } = target;
  await lockImage(change, key);
  const row = await selectImages(trx)
    .where("i.key", "=", key)
    .where("i.status", "in", ["READY", "QUARANTINED"])
    .where(sql<boolean>`not ${overdue ? held(now) : pinned(now)}`)
    .where(overdue ? sql<boolean>`i.expires < ${now}` : sql<boolean>`1 = 1`)
    .executeTakeFirst();
  if (!row) return false;
  await trx.updateTable("images").set({ status: "EXPIRING", status_message: "" }).where("key", "=", key).execute();
  touch(key);
  const image = imageOf(row);
  const { system, itype, tags, privateTags, id } = image;
  // A private name would keep the event from those who knew the image by another.
  const tag = tags.find((name) => !privateTags.includes(name)) ?? tags[0] ?? null;
  const event = { kind: "image.expiring", system, itype, tag, imageId: id, actor: by } as const;
  await note(trx, now, { ...event, outcome: "done", detail: {} });
  return true;
}

function held(now: number) {
  const pulled = sql`exists (select 1 from tags t join pulls p on p.system = t.system and p.itype = t.itype
    and p.tag = t.tag where t.image_key = i.key and p.finished_at is null)`;
  return sql<boolean>`(${pinned(now)} or ${pulled})`;
}
