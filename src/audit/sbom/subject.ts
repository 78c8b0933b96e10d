// What a bill of materials is of: an image by name and digest, and the moment that the document gives for itself. The same
// image gives the same document, byte for byte, whenever it is written.

import { createHash } from "node:crypto";

/** An image, as the document names it. */
export interface BillSubject {
  /** As people named it. */
  readonly name: string;
  /** Of the manifest, or of the file; undefined for a folder. */
  readonly digest: string | undefined;
  /** When the document says that it was made, seconds since 1970: the image's own time, or SOURCE_DATE_EPOCH. */
  readonly time: number;
  /** Version of berth. */
  readonly tool: string;
}

/** The moment as both formats write it, in UTC without fractions of seconds. */
export function timestampOf({ time }: BillSubject): string {
  return new Date(time * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}

/** A UUID that names this subject's document in one format, and no other's (RFC 9562, version 8). */
export function documentId({ name, digest, time, tool }: BillSubject, format: string, content: string): string {
  const hash = createHash("sha256");
  for (const part of [format, name, digest ?? "", String(time), tool, content]) hash.update(part).update("\0");
  const bytes = hash.digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
