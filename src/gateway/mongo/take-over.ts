// Takes Shifter's records over into the catalog's tables: images whose files are there, their names and readers, and the
// last lookups. What is there already is left as it is, so that it can be done again. Knows nothing of dumps.

import type { Insertable } from "kysely";
import type { LookupRow, Tables } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { type Change, change } from "../catalog/changes.ts";
import { withDefaultTag } from "../desk/names.ts";
import { sha256Of } from "./file-digest.ts";
import type { ShifterImage, ShifterLookup } from "./shifter-record.ts";

/** What is known of an image's file. */
export interface FoundFile {
  readonly bytes: number;
  /** Where it can be read here; undefined: on another machine. */
  readonly path: string | undefined;
}

const MEMORY = { forget() {}, clear() {} };

/** Records an image and its names; false when it is there already. */
export async function takeImage(
  store: Store,
  image: ShifterImage,
  file: FoundFile,
  { life, signal }: { readonly life: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const digest = await digestOf(image, file, signal);
  return await change(store, MEMORY, async (work) => {
    const row = await work.trx
      .insertInto("images")
      .values(imageRow(image, file, digest, store.now(), life))
      .onConflict((conflict) => conflict.columns(["system", "id"]).doNothing())
      .returning("key")
      .executeTakeFirst();
    if (!row) return false;
    const key = Number(row.key);
    await writeNames(work, key, image);
    await writeReaders(work, key, image);
    work.touch(key);
    return true;
  });
}

function imageRow(image: ShifterImage, file: FoundFile, digest: string, now: number, life: number) {
  const { system, id, itype, format, arch, os, workdir, tags, lastPull } = image;
  return {
    ...{ system, id, itype, format, arch, os, workdir, digest },
    status: "READY",
    status_message: "",
    private: image.private ? 1 : 0,
    owner_uid: null,
    owner_gid: null,
    owner_name: null,
    source: image.importedFrom ?? tags[0] ?? "",
    bytes: file.bytes,
    env: JSON.stringify(image.env),
    entry: JSON.stringify(image.entry),
    cmd: "null",
    labels: JSON.stringify(image.labels),
    created_at: lastPull || now,
    last_pull: lastPull || now,
    last_use: null,
    // Shifter lets an image that was never looked up live for ever.
    expires: image.expires ?? now + life,
  };
}

// Of an image of a registry the id is, with Shifter's external client, the manifest's digest; of a file only its bytes tell.
async function digestOf({ id, itype }: ShifterImage, { path }: FoundFile, signal: AbortSignal): Promise<string> {
  if (itype === "custom" && path !== undefined) return await sha256Of(path, signal);
  return `sha256:${/^[0-9a-f]{64}$/.test(id) ? id : "0".repeat(64)}`;
}

async function writeNames({ trx }: Change, key: number, image: ShifterImage): Promise<void> {
  const { system, itype, tags, lastPull } = image;
  const row = (tag: string) => ({
    system,
    itype,
    // Shifter stored imports by the bare name, and looked them up with the default tag.
    tag: withDefaultTag(tag),
    image_key: key,
    moved_at: lastPull,
    private: image.private ? 1 : 0,
  });
  if (tags.length === 0) return;
  // A name that berth has given to another image meanwhile stays there.
  await trx
    .insertInto("tags")
    .values(tags.map(row))
    .onConflict((conflict) => conflict.columns(["system", "itype", "tag"]).doNothing())
    .execute();
}

async function writeReaders({ trx }: Change, key: number, { users, groups }: ShifterImage): Promise<void> {
  const row = (kind: string) => (number: number) => ({ image_key: key, kind, number, reason: "acl" });
  const rows: Insertable<Tables["image_access"]>[] = [...users.map(row("user")), ...groups.map(row("group"))];
  if (rows.length > 0) await trx.insertInto("image_access").values(rows).execute();
}

const BATCH = 500;

/** Records lookups that are not there yet; answers how many were new. */
export async function takeLookups(store: Store, lookups: readonly ShifterLookup[]): Promise<number> {
  let taken = 0;
  for (let from = 0; from < lookups.length; from += BATCH) {
    const batch = lookups.slice(from, from + BATCH).map(lookupRow);
    const times = batch.map(({ at }) => at);
    taken += await store.transaction(async (trx) => {
      const known = await trx.selectFrom("lookups").select(["at", "uid", "tag"]).where("at", "in", times).execute();
      const keys = new Set(known.map(keyOf));
      const fresh = batch.filter((row) => !keys.has(keyOf(row)));
      if (fresh.length > 0) await trx.insertInto("lookups").values(fresh).execute();
      return fresh.length;
    });
  }
  return taken;
}

function lookupRow({ user, uid, system, itype, tag, id, time }: ShifterLookup) {
  return { user_name: user, uid, system, itype, tag, image_id: id, at: time } satisfies Insertable<LookupRow>;
}

function keyOf({ at, uid, tag }: { readonly at: number; readonly uid: number; readonly tag: string }): string {
  return `${at} ${uid} ${tag}`;
}
