// Single images, by the ways they are asked for. The lookup by name is the gateway's busiest question: its SQL is compiled
// once, and what it finds is remembered.

import type { CompiledQuery, Kysely } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { ImageName } from "../types.ts";
import type { StoredImage } from "./access.ts";
import { type FullRow, imageOf, selectImages } from "./image-row.ts";
import type { Found } from "./memory.ts";

/** Finds the READY image of a name. */
export type Finder = (name: ImageName) => Promise<Found<StoredImage> | undefined>;

/** The lookup by name over that database. */
export function finder(db: Kysely<Tables>): Finder {
  let compiled: CompiledQuery<FullRow> | undefined;
  return async ({ system, itype, tag }) => {
    compiled ??= byName(db, { system: "$system", itype: "$itype", tag: "$tag" }, true).compile();
    const values = new Map<unknown, string>([
      ["$system", system],
      ["$itype", itype],
      ["$tag", tag],
    ]);
    const parameters = compiled.parameters.map((value) => values.get(value) ?? value);
    const { rows } = await db.executeQuery<FullRow>({ ...compiled, parameters });
    const [row] = rows;
    return row && { value: imageOf(row), key: Number(row.key), weight: weightOf(row) };
  };
}

/** The image that the name points to, whatever its state. */
export async function imageNamed(db: Kysely<Tables>, name: ImageName): Promise<StoredImage | undefined> {
  const row = await byName(db, name, false).executeTakeFirst();
  return row && imageOf(row);
}

export async function imageById(db: Kysely<Tables>, system: string, id: string): Promise<StoredImage | undefined> {
  const row = await selectImages(db)
    .where((eb) => eb.and({ "i.system": system, "i.id": id }))
    .executeTakeFirst();
  return row && imageOf(row);
}

export async function imageByKey(db: Kysely<Tables>, key: number): Promise<StoredImage> {
  return imageOf(await selectImages(db).where("i.key", "=", key).executeTakeFirstOrThrow());
}

/** The images of all systems with that digest. */
export async function imagesByDigest(db: Kysely<Tables>, digest: string): Promise<readonly StoredImage[]> {
  return (await selectImages(db).where("i.digest", "=", digest).orderBy("i.key").execute()).map(imageOf);
}

/** The images of a system in that state, in the order of their numbers. */
export async function imagesInState(
  db: Kysely<Tables>,
  system: string,
  status: string,
): Promise<readonly StoredImage[]> {
  const rows = await selectImages(db)
    .where((eb) => eb.and({ "i.system": system, "i.status": status }))
    .orderBy("i.key")
    .execute();
  return rows.map(imageOf);
}

/** The newest image in quarantine that a pull of that name ended in, whether or not the name points to it. */
export async function imageQuarantined(db: Kysely<Tables>, name: ImageName): Promise<StoredImage | undefined> {
  const { system, itype, tag } = name;
  const row = await selectImages(db)
    .where((eb) => eb.and({ "i.system": system, "i.status": "QUARANTINED" }))
    .where("i.id", "in", (eb) =>
      eb
        .selectFrom("events as e")
        .where((of) => of.and({ "e.system": system, "e.itype": itype, "e.tag": tag, "e.kind": "image.quarantined" }))
        .where("e.image_id", "is not", null)
        .select((of) => of.ref("e.image_id").$notNull().as("id")),
    )
    .orderBy("i.last_pull", "desc")
    .executeTakeFirst();
  return row && imageOf(row);
}

function byName(db: Kysely<Tables>, { system, itype, tag }: ImageName, readyOnly: boolean) {
  const select = selectImages(db)
    .innerJoin("tags as n", "n.image_key", "i.key")
    .where((eb) => eb.and({ "n.system": system, "n.itype": itype, "n.tag": tag }));
  return readyOnly ? select.where("i.status", "=", "READY") : select;
}

// About the bytes that the objects made of the row take, and its name's place in the memory: measured. A letter takes one
// byte mostly; lists that other images have as well are counted for each.
function weightOf(row: FullRow): number {
  const texts = [row.env, row.entry, row.cmd, row.labels, row.tag_list ?? "", row.access_list ?? ""];
  return texts.reduce((sum, text) => sum + text.length, BARE_BYTES);
}

const BARE_BYTES = 1100;
