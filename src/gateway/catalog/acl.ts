// Changes of an image's lists by its owner or an admin.

import type { Actor } from "../records.ts";
import type { AclChange } from "../types.ts";
import { distinct, type Readers } from "./access.ts";
import { type Change, lockImage } from "./changes.ts";
import { note } from "./events.ts";
import { imageOf, selectImages } from "./image-row.ts";
import { writeReaders } from "./record.ts";

/** Replaces the lists that are given. A private image whose lists were emptied is its owner's, if the site has it so. */
export async function changeAcl(
  change: Change,
  edit: { readonly key: number; readonly acl: AclChange; readonly by: Actor },
  privateDefault: "owner" | "everyone",
  now: number,
): Promise<void> {
  const { trx, touch } = change;
  await lockImage(change, edit.key);
  const row = await selectImages(trx).where("i.key", "=", edit.key).executeTakeFirstOrThrow();
  const { readers: before, system, itype, tags, id } = imageOf(row);
  const readers = withLists(before, edit.acl, privateDefault);
  await writeReaders(trx, edit.key, readers);
  touch(edit.key);
  const { users, groups } = readers;
  const detail = { users, groups, before: { users: before.users, groups: before.groups } };
  const event = { kind: "acl.changed", system, itype, tag: tags[0] ?? null, imageId: id, actor: edit.by } as const;
  await note(trx, now, { ...event, outcome: "done", detail });
}

function withLists(before: Readers, acl: AclChange, privateDefault: "owner" | "everyone"): Readers {
  const users = distinct(acl.users ?? before.users);
  const groups = distinct(acl.groups ?? before.groups);
  const bare = users.length === 0 && groups.length === 0;
  if (bare && privateDefault === "owner" && before.owner) return { ...before, users: [before.owner.uid], groups };
  return { ...before, users, groups };
}
