// How an image stands in the tables, and the one query that reads it together with its names and readers. What may be
// seen of it is not decided here.

import { type Kysely, sql } from "kysely";
import type { ImageRow, Tables } from "../../store/schema.ts";
import type { Owner, Status } from "../types.ts";
import { distinct, type Readers, type StoredImage } from "./access.ts";
import { listOfJson, NONE } from "./same-lists.ts";

// Neither a tag nor a number holds a line feed.
const SEPARATOR = "\n";

/** An image's row with its tags (`0name`, or `1name` of private ones) and readers (`ua500`: user, by the list) in one text each. */
export type FullRow = {
  readonly [Column in keyof ImageRow]: Column extends "key" ? number | string : ImageRow[Column];
} & {
  readonly tag_list: string | null;
  readonly access_list: string | null;
};

/** Every image with its names and readers, to be narrowed by the caller; the table is called `i`. */
export function selectImages(db: Kysely<Tables>) {
  const tags = sql<string | null>`(select string_agg(cast(t.private as text) || t.tag, ${SEPARATOR})
    from tags t where t.image_key = i.key)`;
  const readers = sql<string | null>`(select string_agg(substr(a.kind, 1, 1) || substr(a.reason, 1, 1)
    || cast(a.number as text), ${SEPARATOR}) from image_access a where a.image_key = i.key)`;
  return db
    .selectFrom("images as i")
    .selectAll("i")
    .select([tags.as("tag_list"), readers.as("access_list")]);
}

/** The image that a row tells of. Its private lists are empty while it is public (spec/shifter.md 1.7). */
export function imageOf(row: FullRow): StoredImage {
  const marked = partsOf(row.tag_list);
  if (marked.length > 1) marked.sort(byName);
  const readers = readersOf(row);
  const isPrivate = row.private === 1;
  return {
    key: Number(row.key),
    system: row.system,
    id: row.id,
    itype: row.itype,
    tags: marked.map((tag) => tag.slice(1)),
    format: row.format,
    status: row.status as Status,
    statusMessage: row.status_message,
    private: isPrivate,
    owner: readers.owner,
    users: isPrivate ? readers.users : NONE,
    groups: isPrivate ? readers.groups : NONE,
    digest: row.digest,
    source: row.source,
    bytes: Number(row.bytes),
    arch: row.arch,
    os: row.os,
    env: listOfJson(row.env),
    entry: listOf(row.entry),
    cmd: listOf(row.cmd),
    workdir: row.workdir,
    labels: row.labels === "{}" ? NO_LABELS : (JSON.parse(row.labels) as Record<string, string>),
    createdAt: row.created_at,
    lastPull: row.last_pull,
    lastUse: row.last_use,
    expires: row.expires,
    readers,
    privateTags: privateOf(marked),
  };
}

const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({});

function listOf(json: string): readonly string[] | null {
  return json === "null" ? null : listOfJson(json);
}

function privateOf(marked: readonly string[]): readonly string[] {
  const tags = marked.filter((tag) => tag.startsWith("1")).map((tag) => tag.slice(1));
  return tags.length === 0 ? NONE : tags;
}

function partsOf(text: string | null): string[] {
  if (text === null) return [];
  return text.includes(SEPARATOR) ? text.split(SEPARATOR) : [text];
}

function readersOf(row: FullRow): Readers {
  const owner = ownerOf(row);
  if (row.access_list === null) return { owner, users: NONE, groups: NONE, pullers: NONE };
  const marks = partsOf(row.access_list);
  const of = (mark: string) =>
    distinct(marks.filter((text) => text.startsWith(mark)).map((text) => Number(text.slice(mark.length))));
  return { owner, users: of("ua"), groups: of("ga"), pullers: of("up") };
}

function ownerOf(row: FullRow): Owner | undefined {
  if (row.owner_uid === null) return undefined;
  return { uid: Number(row.owner_uid), gid: Number(row.owner_gid ?? -1), user: row.owner_name ?? "" };
}

function byName(a: string, b: string): number {
  const [one, other] = [a.slice(1), b.slice(1)];
  return one < other ? -1 : one > other ? 1 : 0;
}
