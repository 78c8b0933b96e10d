// What a finished pull leaves in the catalog, in one transaction: the image or its new metadata, its name, who may read it,
// and the events. Whether the pull was allowed was decided before it began.

import type { Insertable } from "kysely";
import type { ImageRow, Tables } from "../../store/schema.ts";
import { fail } from "../errors.ts";
import type { Actor } from "../records.ts";
import type { MadeImage, PullRecord } from "../types.ts";
import { type Readers, readersAfter, type StoredImage } from "./access.ts";
import { type Change, lockImage } from "./changes.ts";
import { note } from "./events.ts";
import { imageOf, selectImages } from "./image-row.ts";
import { moveTag } from "./tags.ts";

/** A pull that has made an image, or found that it is there already. */
export interface Finding {
  readonly pull: PullRecord;
  readonly made: MadeImage;
  /** Of the published file; of no interest when only metadata changed. */
  readonly bytes: number;
  readonly status: "READY" | "QUARANTINED";
  readonly reason: string;
}

/** What the site says about records. */
export interface RecordRules {
  readonly privateDefault: "owner" | "everyone";
  /** Seconds that an image lives without being used. */
  readonly life: number;
}

/** What is recorded of an image before a pull is. */
interface Before {
  /** Undefined: never there, or expired since, so that it begins anew. */
  readonly image: StoredImage | undefined;
  readonly key: number;
}

/** Records it. @throws E_GATEWAY_GONE when only metadata came for an image that is not there any more */
export async function recordFinding(
  change: Change,
  finding: Finding,
  rules: RecordRules,
  now: number,
): Promise<number> {
  const { pull, made } = finding;
  const before = await rowFor(change, finding, now);
  refuseOtherContent(before.image, pull, made);
  if (!before.image && !made.file) throw fail("E_GATEWAY_GONE", { itype: pull.itype, tag: pull.tag });
  const isPrivate = privacyAfter(before.image, pull, made);
  const readers = readersAfter(before.image?.readers, pull, isFoundPrivate(pull, made), rules.privateDefault);
  await change.trx
    .updateTable("images")
    .set({
      ...columnsOf(finding, now),
      private: isPrivate ? 1 : 0,
      expires: now + rules.life,
      ...ownerColumns(readers),
    })
    .where("key", "=", before.key)
    .execute();
  await writeReaders(change.trx, before.key, readers);
  await settleNames(change, before, finding, now);
  change.touch(before.key);
  await note(change.trx, now, eventOf(before, finding));
  return before.key;
}

/**
 * An import's id is a hash of some of its bytes (spec/shifter.md 3.2): another file with the same must not come in its
 * place, by whomever. Asked before files are published, and again when they are recorded.
 *
 * @throws E_GATEWAY_SAME_HASH
 */
export function refuseOtherContent(before: StoredImage | undefined, pull: PullRecord, made: MadeImage): void {
  if (!before || before.digest === made.digest) return;
  throw fail("E_GATEWAY_SAME_HASH", { system: pull.system, path: pull.importFrom?.path ?? pull.tag });
}

/** Whether the image is private after this pull. */
export function privacyAfter(before: StoredImage | undefined, pull: PullRecord, made: MadeImage): boolean {
  if (!isFoundPrivate(pull, made)) return false;
  if (!before || before.private) return true;
  // What anybody may pull elsewhere does not become a secret because somebody keeps a copy of it in private.
  const names = before.itype === pull.itype ? before.tags.filter((tag) => tag !== pull.tag) : before.tags;
  return names.every((tag) => before.privateTags.includes(tag));
}

/** Whether this pull needed credentials; an import is private when it came with lists. */
export function isFoundPrivate(pull: PullRecord, made: MadeImage): boolean {
  return made.private || (pull.kind === "import" && pull.users.length + pull.groups.length > 0);
}

// Inserted first, so that of two servers that record the same image one waits here for the other.
async function rowFor(change: Change, finding: Finding, now: number): Promise<Before> {
  const { trx } = change;
  const { pull, made } = finding;
  const fresh: Insertable<ImageRow> = {
    ...columnsOf(finding, now),
    system: pull.system,
    id: made.id,
    itype: pull.itype,
    format: made.file?.format ?? "",
    bytes: finding.bytes,
    private: 1,
    created_at: now,
  };
  const inserted = await trx
    .insertInto("images")
    .values(fresh)
    .onConflict((conflict) => conflict.columns(["system", "id"]).doNothing())
    .returning("key")
    .executeTakeFirst();
  if (inserted) return { image: undefined, key: Number(inserted.key) };
  const key = await lockedKey(change, pull.system, made.id);
  // The record of an image that was long gone was forgotten in this very moment.
  if (key === undefined) return rowFor(change, finding, now);
  const image = imageOf(await selectImages(trx).where("i.key", "=", key).executeTakeFirstOrThrow());
  const there = image.status === "READY" || image.status === "QUARANTINED";
  if (!there) await revive(trx, image.key, fresh);
  return { image: there ? image : undefined, key: image.key };
}

async function lockedKey(change: Change, system: string, id: string): Promise<number | undefined> {
  const find = () =>
    change.trx
      .selectFrom("images")
      .where((eb) => eb.and({ system, id }))
      .select("key")
      .executeTakeFirst();
  const found = await find();
  if (found) await lockImage(change, Number(found.key));
  const held = found && (await find());
  return held && Number(held.key);
}

// The record of an expired image is used again, but nothing of its owner and readers.
async function revive(trx: Change["trx"], key: number, fresh: Insertable<ImageRow>): Promise<void> {
  await trx.deleteFrom("image_access").where("image_key", "=", key).execute();
  await trx.deleteFrom("pins").where("image_key", "=", key).execute();
  await trx.deleteFrom("tags").where("image_key", "=", key).execute();
  await trx
    .updateTable("images")
    .set({ ...fresh, last_use: null, owner_uid: null, owner_gid: null, owner_name: null })
    .where("key", "=", key)
    .execute();
}

function columnsOf({ made, status, reason, bytes }: Finding, now: number) {
  return {
    status,
    status_message: reason,
    digest: made.digest,
    source: made.source,
    arch: made.arch,
    os: made.os,
    env: JSON.stringify(made.env),
    entry: JSON.stringify(made.entry),
    cmd: JSON.stringify(made.cmd),
    workdir: made.workdir,
    labels: JSON.stringify(made.labels),
    last_pull: now,
    ...(made.file ? { format: made.file.format, bytes } : {}),
  };
}

function ownerColumns({ owner }: Readers) {
  return { owner_uid: owner?.uid ?? null, owner_gid: owner?.gid ?? null, owner_name: owner?.user ?? null };
}

/** Writes who may read the image, in place of whoever could. */
export async function writeReaders(trx: Change["trx"], key: number, readers: Readers): Promise<void> {
  await trx.deleteFrom("image_access").where("image_key", "=", key).execute();
  const row = (kind: string, reason: string) => (number: number) => ({ image_key: key, kind, number, reason });
  const rows: Insertable<Tables["image_access"]>[] = [
    ...readers.users.map(row("user", "acl")),
    ...readers.groups.map(row("group", "acl")),
    ...readers.pullers.map(row("user", "pull")),
  ];
  if (rows.length > 0) await trx.insertInto("image_access").values(rows).execute();
}

async function settleNames(change: Change, before: Before, finding: Finding, now: number): Promise<void> {
  const { pull, made, status } = finding;
  const isPrivate = isFoundPrivate(pull, made);
  // Names that were hidden by the image being private stay hidden when it turns out to be public elsewhere.
  if (before.image?.private && !isPrivate) {
    await change.trx.updateTable("tags").set({ private: 1 }).where("image_key", "=", before.key).execute();
  }
  if (status === "QUARANTINED" && (await isReadyElsewhere(change.trx, pull, before.key))) return;
  const by: Actor = { uid: pull.owner?.uid ?? null, user: pull.owner?.user ?? "" };
  await moveTag(change, { name: pull, key: before.key, imageId: made.id, private: isPrivate, by, now });
}

// People go on with the image that they have until the new one is released.
async function isReadyElsewhere(trx: Change["trx"], { system, itype, tag }: PullRecord, key: number): Promise<boolean> {
  const row = await trx
    .selectFrom("tags as t")
    .innerJoin("images as i", "i.key", "t.image_key")
    .where((eb) => eb.and({ "t.system": system, "t.itype": itype, "t.tag": tag, "i.status": "READY" }))
    .where("i.key", "!=", key)
    .select("i.key")
    .executeTakeFirst();
  return row !== undefined;
}

function eventOf({ image }: Before, { pull, made, status, reason, bytes }: Finding) {
  const { system, itype, tag, owner } = pull;
  const name = status === "QUARANTINED" ? "image.quarantined" : image ? "image.checked" : "image.ready";
  const actor: Actor = { uid: owner?.uid ?? null, user: owner?.user ?? "" };
  const detail = { digest: made.digest, bytes, ...(reason ? { reason } : {}) };
  return { kind: name, system, itype, tag, imageId: made.id, actor, outcome: "done", detail } as const;
}
