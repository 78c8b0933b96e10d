// Lists of pins, a page at a time: whose eyes see which is said in SQL, because pages must come out full.

import { type Kysely, sql } from "kysely";
import type { Tables } from "../../store/schema.ts";
import { fail } from "../errors.ts";
import type { Eyes } from "../records.ts";
import type { HeldImage, Page } from "../types.ts";
import { mayRead, shownTo } from "./access.ts";
import { imageOf, selectImages } from "./image-row.ts";

/** Which pins are asked for, and by whose eyes. */
export interface PinQuery {
  readonly system: string;
  /** One's own, those of one's own images, or with `all` everybody's. */
  readonly eyes: Eyes;
  /** Set by this person. */
  readonly uid: number | undefined;
  /** Of the image with this number. */
  readonly key: number | undefined;
  readonly limit: number;
  readonly after: string | undefined;
}

/** A page of pins that hold at that time, in the order of images and holders. @throws E_GATEWAY_CURSOR */
export async function pinPage(db: Kysely<Tables>, query: PinQuery, now: number): Promise<Page<HeldImage>> {
  const rows = await pinRows(db, query, now);
  const shown = rows.slice(0, query.limit);
  const keys = [...new Set(shown.map(({ image_key }) => image_key))];
  const found = keys.length === 0 ? [] : await selectImages(db).where("i.key", "in", keys).execute();
  const images = new Map(found.map((row) => [Number(row.key), imageOf(row)]));
  const items = shown.flatMap(({ image_key, holder, uid, created_at, until }) => {
    const image = images.get(Number(image_key));
    if (!image) return [];
    // Who set a pin may have lost the right to read since: the names are none of his business any more.
    const tags = mayRead(image, query.eyes) ? shownTo(image, query.eyes).tags : [];
    const { system, id: imageId, itype } = image;
    return [
      { system, imageId, itype, tags, holder, uid: uid === null ? null : Number(uid), createdAt: created_at, until },
    ];
  });
  const last = shown.at(-1);
  return { items, next: rows.length > query.limit && last ? `${Number(last.image_key)}:${last.holder}` : undefined };
}

async function pinRows(db: Kysely<Tables>, { system, eyes, uid, key, limit, after }: PinQuery, now: number) {
  let select = db
    .selectFrom("pins as p")
    .innerJoin("images as i", "i.key", "p.image_key")
    .where("i.system", "=", system)
    .where(sql<boolean>`(p.until is null or p.until > ${now})`)
    .select(["p.image_key", "p.holder", "p.uid", "p.created_at", "p.until"])
    .orderBy("p.image_key")
    .orderBy("p.holder")
    .limit(limit + 1);
  if (eyes !== "all")
    select = select.where(sql<boolean>`(p.uid = ${eyes.uid ?? -1} or i.owner_uid = ${eyes.uid ?? -1})`);
  if (uid !== undefined) select = select.where("p.uid", "=", uid);
  if (key !== undefined) select = select.where("p.image_key", "=", key);
  if (after !== undefined) {
    const [, from = "", holder = ""] = /^(\d{1,15}):(.{1,200})$/.exec(after) ?? [];
    if (from === "") throw fail("E_GATEWAY_CURSOR");
    select = select.where(
      sql<boolean>`(p.image_key > ${Number(from)} or (p.image_key = ${Number(from)} and p.holder > ${holder}))`,
    );
  }
  return select.execute();
}
