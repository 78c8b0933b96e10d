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

/** Writes records, and remembers what it wrote for as long as the record itself is remembered by somebody. */
export function imageWriter({ labels }: WireOptions): (record: ImageRecord) => string {
  const written = new WeakMap<ImageRecord, string>();
  return (record) => {
    const known = written.get(record);
    if (known !== undefined) return known;
    const text = writeImage(record, labels);
    written.set(record, text);
    return text;
  };
}

/** One image. */
export function writeImage(image: ImageRecord, labels: boolean): string {
  return object([
    ["id", quote(image.id)],
    ["system", quote(image.system)],
    ["itype", quote(image.itype)],
    ["tag", JSON.stringify(image.tags)],
    ["status", quote(wireStatus(image.status))],
    ["userACL", aclOf(image, image.users)],
    ["groupACL", aclOf(image, image.groups)],
    ["ENV", JSON.stringify(image.env)],
    ["ENTRY", JSON.stringify(image.entry)],
    ["WORKDIR", quote(image.workdir ?? "")],
    ["LABELS", labels ? JSON.stringify(image.labels) : MISSING],
    ["last_pull", fractional(image.lastPull)],
    ["status_message", quote(image.statusMessage)],
  ]);
}

/** One pull: an image that is not there yet, of which little is known. */
export function writePull(pull: PullRecord): string {
  return object([
    ["id", pull.imageId === null ? MISSING : quote(pull.imageId)],
    ["system", quote(pull.system)],
    ["itype", quote(pull.itype)],
    ["tag", "[]"],
    ["status", quote(wireStatus(pull.status))],
    ["userACL", aclOf(pull, pull.users)],
    ["groupACL", aclOf(pull, pull.groups)],
    ["ENV", MISSING],
    ["ENTRY", MISSING],
    ["WORKDIR", MISSING],
    ["LABELS", MISSING],
    ["last_pull", fractional(pull.createdAt)],
    ["status_message", quote(pull.statusMessage)],
  ]);
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

function object(fields: readonly (readonly [string, string])[]): string {
  return `{${fields.map(([key, value]) => `"${key}":${value}`).join(",")}}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
