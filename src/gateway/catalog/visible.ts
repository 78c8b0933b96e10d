// The read check of access.ts in the words of SQL, for lists that are too long to be read and thrown away.

import { type RawBuilder, sql } from "kysely";
import type { Eyes } from "../records.ts";

/** True where these eyes would see the image `i` if it were private. */
export function readablePrivately(eyes: Eyes): RawBuilder<boolean> {
  if (eyes === "all") return sql<boolean>`1 = 1`;
  const { uid, gids } = eyes;
  if (uid === undefined) return sql<boolean>`1 = 0`;
  const groups = gids.length === 0 ? sql`1 = 0` : sql`a.kind = 'group' and a.number in (${sql.join([...gids])})`;
  return sql<boolean>`(i.owner_uid = ${uid}
    or exists (select 1 from image_access a where a.image_key = i.key
      and ((a.kind = 'user' and a.number = ${uid}) or (${groups})))
    or not exists (select 1 from image_access a where a.image_key = i.key and a.reason = 'acl'))`;
}

/** True where these eyes see the image `i`. */
export function readable(eyes: Eyes): RawBuilder<boolean> {
  if (eyes === "all") return sql<boolean>`1 = 1`;
  return sql<boolean>`(i.private = 0 or ${readablePrivately(eyes)})`;
}

/** True where these eyes see one of the names of image `i` that has this part, in whatever case. */
export function named(part: string, eyes: Eyes): RawBuilder<boolean> {
  const seen = eyes === "all" ? sql`1 = 1` : sql`(t.private = 0 or ${readablePrivately(eyes)})`;
  return sql<boolean>`exists (select 1 from tags t where t.image_key = i.key
    and lower(t.tag) like ${`%${escaped(part.toLowerCase())}%`} escape '!' and ${seen})`;
}

// Names hold underscores, which LIKE takes for any character.
function escaped(part: string): string {
  return part.replace(/[!%_]/g, (character) => `!${character}`);
}
