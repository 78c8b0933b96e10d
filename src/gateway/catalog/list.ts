// Lists of a system's images, a page at a time, filtered in SQL by what the eyes may see. Pages follow the images' numbers,
// which never change, so that nothing is left out or told twice while others pull and expire.

import { setImmediate as breathe } from "node:timers/promises";
import type { Kysely } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { Eyes } from "../records.ts";
import type { ListFilter, Page } from "../types.ts";
import { type StoredImage, shownTo } from "./access.ts";
import { cursorOf } from "./events.ts";
import { imageOf, selectImages } from "./image-row.ts";
import { named, readable } from "./visible.ts";

/** The images of one page at most. */
export const PAGE_LIMIT = 1000;

/** READY images that these eyes see: one page, or with no limit all of them. @throws E_GATEWAY_CURSOR */
export async function listImages(db: Kysely<Tables>, filter: ListFilter, eyes: Eyes): Promise<Page<StoredImage>> {
  if (filter.limit !== undefined) return page(db, filter, eyes, Math.min(filter.limit, PAGE_LIMIT));
  const all: StoredImage[] = [];
  let after = filter.after;
  do {
    const { items, next } = await page(db, { ...filter, after }, eyes, PAGE_LIMIT);
    for (const item of items) all.push(item);
    after = next;
    // SQLite answers without a pause, and lookups must not wait for the whole of a long list.
    await breathe();
  } while (after !== undefined);
  return { items: all, next: undefined };
}

async function page(db: Kysely<Tables>, filter: ListFilter, eyes: Eyes, limit: number): Promise<Page<StoredImage>> {
  let select = selectImages(db)
    .where((eb) => eb.and({ "i.system": filter.system, "i.status": "READY" }))
    .where(readable(eyes))
    .orderBy("i.key")
    .limit(limit + 1);
  if (filter.after !== undefined) select = select.where("i.key", ">", cursorOf(filter.after));
  if (filter.match) select = select.where(named(filter.match, eyes));
  if (filter.mine) select = select.where("i.owner_uid", "=", eyes === "all" ? -1 : (eyes.uid ?? -1));
  const rows = await select.execute();
  const items = rows.slice(0, limit).map((row) => shownTo(imageOf(row), eyes));
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? String(last.key) : undefined };
}
