// Images and pulls as Shifter's clients read them (spec/shifter.md 1.3): always thirteen keys, and for what a record
// lacks the text "MISSING". Written by hand and kept for each record: a lookup of 10,000 nodes costs one of these.

import type { ImageRecord, PullRecord, Status } from "../../types.ts";

/** Stands for what a record lacks. */
const MISSING = '"MISSING"';

/** What of a record's writing the site may choose. */
export interface WireOptions {
  /** Whether labels are shown; Shifter shows them only when told to. */
  readonly labels: boolean;
}

/** Images whose writing is kept: those that a job's nodes ask for at the moment are few. */
const KEPT = 256;

/** Writes records, and remembers for a few of them what it wrote, as long as they are the same objects. */
export function imageWriter({ labels }: WireOptions): (record: ImageRecord) => string {
  // A place for each key instead of a WeakMap: most records are asked for once, and to the collector each was an entry.
  const kept: ({ readonly record: ImageRecord; readonly text: string } | undefined)[] = new Array(KEPT).fill(undefined);
  return (record) => {
    const place = record.key % KEPT;
    const known = kept[place];
    if (known?.record === record) return known.text;
    const text = writeImage(record, labels);
    kept[place] = { record, text };
    return text;
  };
}

/** One image. */
export function writeImage(image: ImageRecord, labels: boolean): string {
  return writeRecord({
    id: JSON.stringify(image.id),
    system: image.system,
    itype: image.itype,
    tag: JSON.stringify(image.tags),
    status: image.status,
    users: aclOf(image, image.users),
    groups: aclOf(image, image.groups),
    env: JSON.stringify(image.env),
    entry: JSON.stringify(image.entry),
    workdir: JSON.stringify(image.workdir ?? ""),
    labels: labels ? JSON.stringify(image.labels) : MISSING,
    lastPull: image.lastPull,
    message: image.statusMessage,
  });
}

/** One pull: an image that is not there yet, of which little is known. */
export function writePull(pull: PullRecord): string {
  return writeRecord({
    id: pull.imageId === null ? MISSING : JSON.stringify(pull.imageId),
    system: pull.system,
    itype: pull.itype,
    tag: "[]",
    status: pull.status,
    users: aclOf(pull, pull.users),
    groups: aclOf(pull, pull.groups),
    env: MISSING,
    entry: MISSING,
    workdir: MISSING,
    labels: MISSING,
    lastPull: pull.createdAt,
    message: pull.statusMessage,
  });
}

/** The thirteen values; those that may be missing are JSON already. */
interface WireRecord {
  readonly id: string;
  readonly system: string;
  readonly itype: string;
  readonly tag: string;
  readonly status: Status;
  readonly users: string;
  readonly groups: string;
  readonly env: string;
  readonly entry: string;
  readonly workdir: string;
  readonly labels: string;
  readonly lastPull: number;
  readonly message: string;
}

function writeRecord(record: WireRecord): string {
  const { id, tag, users, groups, env, entry, workdir, labels } = record;
  const [system, itype] = [JSON.stringify(record.system), JSON.stringify(record.itype)];
  const [status, message] = [JSON.stringify(wireStatus(record.status)), JSON.stringify(record.message)];
  const identity = `"id":${id},"system":${system},"itype":${itype},"tag":${tag},"status":${status}`;
  const lists = `"userACL":${users},"groupACL":${groups}`;
  const content = `"ENV":${env},"ENTRY":${entry},"WORKDIR":${workdir},"LABELS":${labels}`;
  return `{${identity},${lists},${content},"last_pull":${fractional(record.lastPull)},"status_message":${message}}`;
}

/** The states that Shifter's clients know: quarantine is a failure whose reason stands in the message. */
export function wireStatus(status: Status): string {
  return status === "QUARANTINED" ? "FAILURE" : status;
}

/** A number with a fraction even when it is whole: Shifter's client reads 5 as 1970, and 5.0 as what it is. */
export function fractional(seconds: number): string {
  const text = String(Number.isFinite(seconds) ? seconds : 0);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

// An imported image without a list has null where a pulled one has an empty list.
function aclOf({ itype }: Pick<ImageRecord, "itype">, ids: readonly number[]): string {
  return itype === "custom" && ids.length === 0 ? "null" : JSON.stringify(ids);
}
