// What stands before an entry's own header and overrides it: PAX records, GNU long names. Gathered from several
// headers into one plain record; the sparse keys of GNU tar are kept apart.

import { text } from "./block.ts";
import { type PaxRecords, parsePax } from "./pax.ts";

/** Everything said ahead of an entry. */
export interface Overrides {
  path?: string;
  link?: string;
  size?: number;
  uid?: number;
  gid?: number;
  mtime?: number;
  xattrs?: Map<string, Buffer>;
  /** GNU.sparse.* keys without that prefix; repeated `offset` and `numbytes` (format 0.0) become `map`. */
  sparse?: Map<string, string>;
}

const XATTR = "SCHILY.xattr.";
const XATTR_BASE64 = "LIBARCHIVE.xattr.";
const SPARSE = "GNU.sparse.";

function addPax(to: Overrides, records: PaxRecords): string | undefined {
  for (const [key, value] of records) {
    const bad = addRecord(to, key, value);
    if (bad !== undefined) return bad;
  }
  return undefined;
}

function addRecord(to: Overrides, key: string, value: Buffer): string | undefined {
  if (key === "path" || key === "linkpath") {
    if (value.includes(0)) return "an extended header holds a name with a NUL byte";
    // An empty value takes an earlier record back.
    const name = value.length === 0 ? undefined : value.toString("latin1");
    setOrDelete(to, key === "path" ? "path" : "link", name);
  } else if (key === "size" || key === "uid" || key === "gid" || key === "mtime") {
    const number = value.length === 0 ? undefined : decimal(value.toString("latin1"), key === "mtime");
    if (Number.isNaN(number)) return `an extended header's ${key} is not a number`;
    setOrDelete(to, key, number);
  } else if (key.startsWith(XATTR)) {
    addXattr(to, key.slice(XATTR.length), value);
  } else if (key.startsWith(XATTR_BASE64)) {
    const name = unescapePercent(key.slice(XATTR_BASE64.length));
    // The plain form, when both are there, is exact.
    if (!to.xattrs?.has(name)) addXattr(to, name, Buffer.from(value.toString("latin1"), "base64"));
  } else if (key.startsWith(SPARSE)) {
    addSparse(to, key.slice(SPARSE.length), value.toString("latin1"));
  }
  return undefined;
}

function addXattr(to: Overrides, name: string, value: Buffer): void {
  to.xattrs ??= new Map();
  to.xattrs.set(name, Buffer.from(value));
}

function addSparse(to: Overrides, key: string, value: string): void {
  to.sparse ??= new Map();
  const sparse = to.sparse;
  if (key === "offset" || key === "numbytes") {
    const map = sparse.get("map");
    sparse.set("map", map === undefined ? value : `${map},${value}`);
  } else {
    sparse.set(key, value);
  }
}

function setOrDelete<K extends keyof Overrides>(to: Overrides, key: K, value: Overrides[K] | undefined): void {
  if (value === undefined) delete to[key];
  else to[key] = value;
}

function decimal(text: string, fraction: boolean): number {
  if (!(fraction ? /^-?\d+(\.\d*)?$/ : /^\d+$/).test(text)) return Number.NaN;
  const value = Math.floor(Number(text));
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

function unescapePercent(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

const EXTENSIONS = ["x", "g", "L", "K"];

/** True for the types of header that say something about the entry that follows. */
export function isExtension(type: string): boolean {
  return EXTENSIONS.includes(type);
}

/** Adds what an extension's body says; returns what is wrong with it, if anything. */
export function applyExtension(type: string, body: Buffer, to: Overrides): string | undefined {
  // Container engines do not apply global headers, and images are made for what engines do.
  if (type === "g") return undefined;
  if (type === "x") {
    const records = parsePax(body);
    return typeof records === "string" ? records : addPax(to, records);
  }
  to[type === "L" ? "path" : "link"] = text(body, 0, body.length);
  return undefined;
}
