// One package of an rpm database: the header blob, an index of tags over a store of values (rpm's file format, "Header").
// All numbers are big-endian and untrusted.

import type { FoundPackage, OwnedPaths } from "../cataloguer.ts";
import { tellingPath } from "../telling-path.ts";

const TAGS = {
  ...{ name: 1000, version: 1001, release: 1002, epoch: 1003, vendor: 1011, licence: 1014, arch: 1022 },
  ...{ sourceRpm: 1044, dirIndexes: 1116, baseNames: 1117, dirNames: 1118, modularity: 5096 },
} as const;
const WANTED: ReadonlySet<number> = new Set(Object.values(TAGS));
const INT32 = 4;
const TEXTS: ReadonlySet<number> = new Set([6, 8, 9]);
const ENTRY = 16;
const MAX_TAGS = 65_535;

/** Undefined for what is no software: keys of signers lie among the packages. */
export interface RpmPackage {
  readonly found: FoundPackage;
  readonly owned: OwnedPaths;
}

/** What a header tells. @throws RangeError when it refers to what is outside of it */
export function readRpmHeader(blob: Buffer): RpmPackage | undefined {
  const tags = readTags(blob);
  const text = (tag: number) => tags.texts.get(tag)?.[0];
  const name = text(TAGS.name);
  const version = text(TAGS.version);
  if (name === undefined || version === undefined || name === "gpg-pubkey") return undefined;
  const epoch = tags.numbers.get(TAGS.epoch)?.[0] ?? 0;
  const prefix = epoch > 0 ? `${epoch}:` : "";
  const found: FoundPackage = {
    ...{ ecosystem: "rpm", name, version: `${prefix}${version}-${text(TAGS.release) ?? ""}` },
    ...optional("arch", text(TAGS.arch)),
    ...optional("origin", text(TAGS.vendor)),
    ...optional("licence", text(TAGS.licence)),
    ...optional("source", sourceOf(text(TAGS.sourceRpm), prefix)),
    ...optional("qualifiers", text(TAGS.modularity) ? { modularitylabel: text(TAGS.modularity) ?? "" } : undefined),
  };
  return { found, owned: { ecosystem: "rpm", name, paths: [...telling(tags)] } };
}

// `glibc-2.34-60.el9.src.rpm`; it tells no epoch, which is the package's own in nearly all cases.
function sourceOf(file: string | undefined, prefix: string): FoundPackage["source"] {
  const bare = file?.replace(/\.(?:no)?src\.rpm$/, "") ?? "";
  const release = bare.lastIndexOf("-");
  const version = bare.lastIndexOf("-", release - 1);
  return version < 1 ? undefined : { name: bare.slice(0, version), version: prefix + bare.slice(version + 1) };
}

function* telling({ texts, numbers }: Tags): Generator<string> {
  const folders = texts.get(TAGS.dirNames) ?? [];
  const indexes = numbers.get(TAGS.dirIndexes) ?? [];
  for (const [at, base] of (texts.get(TAGS.baseNames) ?? []).entries()) {
    const path = tellingPath(`${folders[indexes[at] ?? -1] ?? ""}${base}`);
    if (path !== undefined) yield path;
  }
}

interface Tags {
  readonly texts: ReadonlyMap<number, readonly string[]>;
  readonly numbers: ReadonlyMap<number, readonly number[]>;
}

function readTags(blob: Buffer): Tags {
  const count = blob.readUInt32BE(0);
  const length = blob.readUInt32BE(4);
  if (count > MAX_TAGS || 8 + count * ENTRY + length > blob.length) throw new RangeError("a header is cut short");
  const store = blob.subarray(8 + count * ENTRY, 8 + count * ENTRY + length);
  const texts = new Map<number, readonly string[]>();
  const numbers = new Map<number, readonly number[]>();
  for (let index = 0; index < count; index++) {
    const at = 8 + index * ENTRY;
    const tag = blob.readUInt32BE(at);
    // Told once: thousands of the same tag over one store would be read for hours.
    if (!WANTED.has(tag) || texts.has(tag) || numbers.has(tag)) continue;
    const type = blob.readUInt32BE(at + 4);
    const offset = blob.readUInt32BE(at + 8);
    const items = blob.readUInt32BE(at + 12);
    if (TEXTS.has(type)) texts.set(tag, readTexts(store, offset, items));
    else if (type === INT32) numbers.set(tag, readNumbers(store, offset, items));
  }
  return { texts, numbers };
}

// Each text takes a byte at least, each number four: more than the store holds cannot be meant.
function readTexts(store: Buffer, offset: number, items: number): readonly string[] {
  if (offset + items > store.length) throw new RangeError("a header's texts lie outside of it");
  const texts: string[] = [];
  for (let at = offset; texts.length < items; ) {
    const end = store.indexOf(0, at);
    if (end < 0) throw new RangeError("a header's text has no end");
    texts.push(store.toString("utf8", at, end));
    at = end + 1;
  }
  return texts;
}

function readNumbers(store: Buffer, offset: number, items: number): readonly number[] {
  if (offset + 4 * items > store.length) throw new RangeError("a header's numbers lie outside of it");
  return Array.from({ length: items }, (_, index) => store.readUInt32BE(offset + 4 * index));
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return value === undefined || value === "" ? {} : ({ [key]: value } as { readonly [K in Key]?: Value });
}
