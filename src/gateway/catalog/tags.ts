// Names of images: to which image each points, and who moved it when. A name stays with its image after that has expired,
// so that asking for the expiry twice finds it twice (spec/shifter.md 1.6).

import type { Kysely } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { Actor } from "../records.ts";
import type { ImageName, TagMove } from "../types.ts";
import type { Change } from "./changes.ts";
import { note } from "./events.ts";

/** How a name comes to an image. */
export interface Move {
  readonly name: ImageName;
  readonly key: number;
  readonly imageId: string;
  readonly private: boolean;
  readonly by: Actor;
  readonly now: number;
}

/** Points the name to the image; where it pointed elsewhere, history and events tell. */
export async function moveTag({ trx, touch }: Change, move: Move): Promise<void> {
  const { system, itype, tag } = move.name;
  const before = await trx
    .selectFrom("tags as t")
    .innerJoin("images as i", "i.key", "t.image_key")
    .where((eb) => eb.and({ "t.system": system, "t.itype": itype, "t.tag": tag }))
    .select(["i.key", "i.id"])
    .executeTakeFirst();
  const row = { image_key: move.key, private: move.private ? 1 : 0 };
  await trx
    .insertInto("tags")
    .values({ system, itype, tag, moved_at: move.now, ...row })
    .onConflict((conflict) => conflict.columns(["system", "itype", "tag"]).doUpdateSet(row))
    .execute();
  touch(move.key);
  if (before && Number(before.key) === move.key) return;
  if (before) touch(Number(before.key));
  await remember(trx, move, before?.id ?? null);
}

async function remember(trx: Change["trx"], move: Move, previousId: string | null): Promise<void> {
  const { name, by, now, imageId } = move;
  await trx
    .updateTable("tags")
    .set({ moved_at: now })
    .where((eb) => eb.and({ system: name.system, itype: name.itype, tag: name.tag }))
    .execute();
  await trx
    .insertInto("tag_history")
    .values({
      ...tagColumns(name),
      image_id: imageId,
      previous_id: previousId,
      by_uid: by.uid,
      by_name: by.user,
      at: now,
    })
    .execute();
  const detail = previousId === null ? {} : { previous: previousId };
  await note(trx, now, { kind: "tag.moved", ...tagColumns(name), imageId, actor: by, outcome: "done", detail });
}

/** Takes the name away from whatever it points to. */
export async function dropTag({ trx, touch }: Change, name: ImageName, by: Actor, now: number): Promise<void> {
  const gone = await trx
    .deleteFrom("tags")
    .where((eb) => eb.and(tagColumns(name)))
    .returning("image_key")
    .executeTakeFirst();
  if (!gone) return;
  const key = Number(gone.image_key);
  touch(key);
  const image = await trx.selectFrom("images").where("key", "=", key).select("id").executeTakeFirstOrThrow();
  const row = { image_id: null, previous_id: image.id, by_uid: by.uid, by_name: by.user, at: now };
  await trx
    .insertInto("tag_history")
    .values({ ...tagColumns(name), ...row })
    .execute();
  const event = {
    kind: "tag.removed",
    ...tagColumns(name),
    imageId: image.id,
    actor: by,
    outcome: "done",
    detail: {},
  } as const;
  await note(trx, now, event);
}

/** Every move of the name, oldest first; the last thousand of them. */
export async function tagHistory(db: Kysely<Tables>, name: ImageName): Promise<readonly TagMove[]> {
  const rows = await db
    .selectFrom("tag_history")
    .where((eb) => eb.and(tagColumns(name)))
    .selectAll()
    .orderBy("id", "desc")
    .limit(1000)
    .execute();
  return rows
    .reverse()
    .map((row) => ({ at: row.at, by: row.by_name, imageId: row.image_id, previousId: row.previous_id }));
}

/** The columns of a name. */
export function tagColumns({ system, itype, tag }: ImageName): ImageName {
  return { system, itype, tag };
}
