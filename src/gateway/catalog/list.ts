// Lists of a system's images, a page at a time, filtered in SQL by what the eyes may see. Pages follow the images' numbers,
// which never change, so that nothing is left out or told twice while others pull and expire.

import { setImmediate as breathe } from "node:timers/promises";
import type { CompiledQuery, Kysely } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { Eyes } from "../records.ts";
import type { ListFilter, Page } from "../types.ts";
import { type StoredImage, shownTo } from "./access.ts";
import { cursorOf } from "./events.ts";
import { type FullRow, imageOf, selectImages } from "./image-row.ts";
import { named, readable } from "./visible.ts";

/** The images of one page at most. */
export const PAGE_LIMIT = 1000;

// SQLite answers without a pause, and lookups must not wait for the whole of a long list: so many images, seen or not,
// are gone through at once. It takes some milliseconds.
const STRETCH = 4000;

const READY = ["READY"];
// EXPIRED is what is not there any more.
const THERE = ["READY", "QUARANTINED", "EXPIRING"];

/** READY images that these eyes see, and with `all` to all eyes those in other states that are still there: one page, or with no limit all of them. @throws E_GATEWAY_CURSOR */
export async function listImages(db: Kysely<Tables>, filter: ListFilter, eyes: Eyes): Promise<Page<StoredImage>> {
  const limit = filter.limit === undefined ? Number.POSITIVE_INFINITY : Math.min(filter.limit, PAGE_LIMIT);
  const found: StoredImage[] = [];
  let from = filter.after === undefined ? 0 : cursorOf(filter.after);
  const end = await newestKey(db);
  while (from < end && found.length <= limit) {
    const wanted = Math.min(limit + 1 - found.length, PAGE_LIMIT);
    const items = await stretch(db, filter, eyes, { from, to: from + STRETCH, limit: wanted });
    for (const item of items) found.push(item);
    from = items.length === wanted ? (items.at(-1)?.key ?? end) : from + STRETCH;
    await breathe();
  }
  const items = found.length > limit ? found.slice(0, limit) : found;
  const last = items.at(-1);
  return { items, next: found.length > limit && last ? String(last.key) : undefined };
}

/** The READY images of a system whose numbers are above `from` and not above `to`, for all eyes. */
export type Reader = (
  system: string,
  keys: { readonly from: number; readonly to: number },
) => Promise<readonly StoredImage[]>;

/** Reads by one statement, compiled once: a list of everything takes a thousand of them. */
export function rangeReader(db: Kysely<Tables>): Reader {
  let compiled: CompiledQuery<FullRow> | undefined;
  return async (system, { from, to }) => {
    compiled ??= selectImages(db)
      .where("i.system", "=", "$system")
      .where("i.status", "in", READY)
      .where("i.key", ">", FROM)
      .where("i.key", "<=", TO)
      .orderBy("i.key")
      .compile();
    const values = new Map<unknown, unknown>([
      ["$system", system],
      [FROM, from],
      [TO, to],
    ]);
    const parameters = compiled.parameters.map((value) => values.get(value) ?? value);
    const { rows } = await db.executeQuery<FullRow>({ ...compiled, parameters });
    return rows.map(imageOf);
  };
}

// Stand for numbers in a statement that is kept; no image has them.
const FROM = -1;
const TO = -2;

async function stretch(
  db: Kysely<Tables>,
  filter: ListFilter,
  eyes: Eyes,
  keys: { readonly from: number; readonly to: number; readonly limit: number },
): Promise<readonly StoredImage[]> {
  let select = selectImages(db)
    .where("i.system", "=", filter.system)
    .where("i.status", "in", filter.all && eyes === "all" ? THERE : READY)
    .where("i.key", ">", keys.from)
    .where("i.key", "<=", keys.to)
    .where(readable(eyes))
    .orderBy("i.key")
    .limit(keys.limit);
  if (filter.match) select = select.where(named(filter.match, eyes));
  if (filter.mine) select = select.where("i.owner_uid", "=", eyes === "all" ? -1 : (eyes.uid ?? -1));
  return (await select.execute()).map((row) => shownTo(imageOf(row), eyes));
}

/** The highest number of all images that are or were; 0: there are none. */
export async function newestKey(db: Kysely<Tables>): Promise<number> {
  const row = await db.selectFrom("images").select("key").orderBy("key", "desc").limit(1).executeTakeFirst();
  return Number(row?.key ?? 0);
}
