// Walks the members of an image archive (POSIX.1-1988 ustar, PAX, GNU long names). It names and bounds them; nothing
// is ever unpacked under a member's name, so that names can do no harm. Layers are read elsewhere, by the image room.

import { posix } from "node:path";
import type { ByteSource } from "./byte-source.ts";
import { fail } from "./errors.ts";

/** One member; its content lies at `offset` of the source. */
export interface TarMember {
  /** Normalised, relative: `blobs/sha256/…`. */
  readonly name: string;
  readonly kind: "file" | "link" | "other";
  /** Bytes of content. */
  readonly size: number;
  readonly offset: number;
  /** Where a link (symbolic or hard) leads, normalised against the archive's root. */
  readonly target?: string;
}

const BLOCK = 512;
const MAX_MEMBERS = 100_000;
const MAX_EXTENSION = 1024 * 1024;

interface Extension {
  name?: string;
  target?: string;
  size?: number;
}

/** Every member in order. `content` must be read, if at all, before the next member is asked for. */
export async function* tarMembers(
  source: ByteSource,
  path: string,
): AsyncGenerator<{ readonly member: TarMember; content(): AsyncGenerator<Buffer> }> {
  let extension: Extension = {};
  for (let count = 0; ; count += 1) {
    if (count > MAX_MEMBERS) throw fail("E_ARCHIVE_LIMIT", { path, what: `more than ${MAX_MEMBERS} members` });
    const header = await source.take(BLOCK);
    if (header.length === 0 || header.every((byte) => byte === 0)) return;
    checkHeader(header, path, count);
    const type = String.fromCharCode(header[156] ?? 0);
    const size = extension.size ?? numberField(header, 124, 12, path);
    if ("xgLK".includes(type)) {
      const more = await readExtension(source, type, size, path);
      extension = { ...extension, ...more };
      continue;
    }
    const start = source.offset();
    const member = memberOf(header, type, size, start, extension, path);
    extension = {};
    yield { member, content: () => source.pieces(member.size) };
    if (!(await source.skip(start + member.size - source.offset())))
      throw fail("E_ARCHIVE_FORM", { path, why: "it is cut short" });
    // The very last padding may be missing.
    await source.skip(padding(member.size));
  }
}

function memberOf(
  header: Buffer,
  type: string,
  size: number,
  offset: number,
  extension: Extension,
  path: string,
): TarMember {
  const prefix =
    header.toString("latin1", 257, 262) === "ustar" && header[263] === 0x30 ? textField(header, 345, 155) : "";
  const short = textField(header, 0, 100);
  const name = inside(extension.name ?? (prefix ? `${prefix}/${short}` : short), "", path);
  if (type === "0" || type === "\0" || type === "7") return { name, kind: "file", size, offset };
  if (type !== "1" && type !== "2")
    return { name, kind: "other", size: "345".includes(type) || type === "6" ? 0 : size, offset };
  const written = extension.target ?? textField(header, 157, 100);
  const target = inside(written, type === "2" ? posix.dirname(name) : "", path);
  return { name, kind: "link", size: 0, offset, target };
}

// A member's name and a link's target are keys of a map here; one that points outside has no honest purpose.
function inside(written: string, from: string, path: string): string {
  const name = posix.normalize(posix.join(from, written)).replace(/^\.\//, "").replace(/\/$/, "");
  if (written.startsWith("/") || name === ".." || name.startsWith("../") || written.includes("\0"))
    throw fail("E_ARCHIVE_PATH", { path, name: written });
  return name;
}

async function readExtension(source: ByteSource, type: string, size: number, path: string): Promise<Extension> {
  if (size > MAX_EXTENSION) throw fail("E_ARCHIVE_LIMIT", { path, what: `a header extension of ${size} bytes` });
  const bytes = await source.take(size);
  if (bytes.length < size || !(await source.skip(padding(size))))
    throw fail("E_ARCHIVE_FORM", { path, why: "it is cut short" });
  if (type === "L") return { name: cString(bytes) };
  if (type === "K") return { target: cString(bytes) };
  return type === "x" ? paxFields(bytes, path) : {};
}

// POSIX.1-2001 pax: records of "length key=value\n".
function paxFields(bytes: Buffer, path: string): Extension {
  const found: Extension = {};
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = space < 0 ? Number.NaN : Number(bytes.toString("latin1", at, space));
    if (!Number.isInteger(length) || length <= space - at || at + length > bytes.length)
      throw fail("E_ARCHIVE_FORM", { path, why: "a PAX header is malformed" });
    const record = bytes.toString("utf8", space + 1, at + length - 1);
    const [key, value] = [record.slice(0, record.indexOf("=")), record.slice(record.indexOf("=") + 1)];
    if (key === "path") found.name = value;
    if (key === "linkpath") found.target = value;
    if (key === "size") found.size = checkedSize(Number(value), path);
    at += length;
  }
  return found;
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function checkHeader(header: Buffer, path: string, count: number): void {
  const why = count === 0 ? "it is no tar archive" : "it is damaged or cut short";
  if (header.length < BLOCK) throw fail("E_ARCHIVE_FORM", { path, why });
  let sum = 8 * 0x20;
  for (let at = 0; at < BLOCK; at += 1) if (at < 148 || at >= 156) sum += header[at] ?? 0;
  const written = textField(header, 148, 8).trim();
  if (!/^[0-7]+$/.test(written) || Number.parseInt(written, 8) !== sum) throw fail("E_ARCHIVE_FORM", { path, why });
}

function numberField(header: Buffer, start: number, length: number, path: string): number {
  // GNU's base-256 form, for sizes of 8 GiB and more.
  if (((header[start] ?? 0) & 0x80) !== 0) return checkedSize(Number(header.readBigUInt64BE(start + length - 8)), path);
  const text = textField(header, start, length).trim();
  return checkedSize(text === "" ? 0 : /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN, path);
}

function checkedSize(size: number, path: string): number {
  if (!Number.isSafeInteger(size) || size < 0) throw fail("E_ARCHIVE_FORM", { path, why: "it has a malformed number" });
  return size;
}

function textField(header: Buffer, start: number, length: number): string {
  return cString(header.subarray(start, start + length));
}

function cString(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end < 0 ? bytes.length : end);
}
