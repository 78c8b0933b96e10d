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
export async function moveTag(change: Change, move: Move): Promise<void> {
  const { trx, touch } = change;
  const row = { image_key: move.key, private: move.private ? 1 : 0 };
  touch(move.key);
  const added = await trx
    .insertInto("tags")
    .values({ ...tagColumns(move.name), ...row, moved_at: move.now })
    .onConflict((conflict) => conflict.columns(["system", "itype", "tag"]).doNothing())
    .returning("tag")
    .executeTakeFirst();
  if (added) return remember(trx, move, null);
  const before = await pointedTo(change, move.name);
  const same = before.key === move.key;
  await trx
    .updateTable("tags")
    .set({ ...row, ...(same ? {} : { moved_at: move.now }) })
    .where((eb) => eb.and(tagColumns(move.name)))
    .execute();
  if (same) return;
  touch(before.key);
  await remember(trx, move, before.id);
}

// Held, so that of two that move the name at once each tells truly from where.
async function pointedTo(
  { trx, kind }: Change,
  name: ImageName,
): Promise<{ readonly key: number; readonly id: string }> {
  const select = trx
    .selectFrom("tags")
    .where((eb) => eb.and(tagColumns(name)))
    .select("image_key");
  const { image_key } = await (kind === "postgres" ? select.forUpdate() : select).executeTakeFirstOrThrow();
  const image = await trx.selectFrom("images").where("key", "=", image_key).select("id").executeTakeFirstOrThrow();
  return { key: Number(image_key), id: image.id };
}

async function remember(trx: Change["trx"], move: Move, previousId: string | null): Promise<void> {
  const { name, by, now, imageId } = move;
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
