// A layer's record as bytes and back: JSON, packed with zstd and its checksum. What cannot be read, or was written by another
// version, is no record; nothing is believed of a damaged one.

import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import { asObject, asString, asStrings, jsonObject } from "../oci/json.ts";
import { type LayerRecord, RECORD_VERSION, type RecordedEntry, type RecordedSecret } from "./layer-record.ts";
import { CATALOGUER_VERSION, type FileFacts } from "./packages/cataloguer.ts";

/** Of everything that decides what a record holds. */
export const RECORDS = `${RECORD_VERSION}.${CATALOGUER_VERSION}`;

/** Bytes of an unpacked record: two million entries with names of usual length. */
const MAX_UNPACKED = 400 * 1024 * 1024;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
const PACKING = { params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 } };

const TYPES = ["file", "directory", "symlink", "hardlink", "device", "fifo"] as const;

/** The record of the layer with this digest as bytes. */
export function encodeRecord(digest: string, record: LayerRecord): Promise<Buffer> {
  const { diffId, whiteouts, opaque, secrets, packages } = record;
  const entries = record.entries.map((entry) => [
    ...[entry.path, TYPES.indexOf(entry.type), entry.size, entry.mode, entry.uid, entry.gid, entry.program ? 1 : 0],
    ...(entry.target === undefined ? [] : [entry.target]),
  ]);
  const document = { version: RECORDS, digest, diffId, entries, whiteouts, opaque, secrets, packages };
  return compress(Buffer.from(JSON.stringify({ ...document, texts: [...record.texts] })), PACKING);
}

/** The record that the bytes hold; undefined when they hold none, or that of another layer or version. */
export async function decodeRecord(digest: string, bytes: Buffer): Promise<LayerRecord | undefined> {
  const unpacked = await decompress(bytes, { maxOutputLength: MAX_UNPACKED }).catch(() => undefined);
  const document = unpacked && jsonObject(unpacked);
  if (!document || document["version"] !== RECORDS || document["digest"] !== digest) return undefined;
  const entries = listOf(document["entries"], entryOf);
  const secrets = listOf(document["secrets"], secretOf);
  const texts = listOf(document["texts"], textOf);
  const files = asObject(document["packages"])?.["files"];
  const [whiteouts, opaque] = [asStrings(document["whiteouts"]), asStrings(document["opaque"])];
  if (!entries || !secrets || !texts || !whiteouts || !opaque || !Array.isArray(files)) return undefined;
  // Written by this version, over a checksum: the form of what readers of packages found is theirs.
  const packages = { files: files as readonly FileFacts[] };
  return { diffId: asString(document["diffId"]), entries, whiteouts, opaque, texts: new Map(texts), secrets, packages };
}

function listOf<T>(value: unknown, parse: (item: unknown) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items: T[] = [];
  for (const item of value as unknown[]) {
    const parsed = parse(item);
    if (parsed === undefined) return undefined;
    items.push(parsed);
  }
  return items;
}

function entryOf(value: unknown): RecordedEntry | undefined {
  if (!Array.isArray(value)) return undefined;
  const [path, kind, size, mode, uid, gid, program, target] = value as unknown[];
  const type = TYPES[kind as number];
  if (typeof path !== "string" || type === undefined || (target !== undefined && typeof target !== "string"))
    return undefined;
  if (![size, mode, uid, gid].every((number) => typeof number === "number")) return undefined;
  const numbers = { size: Number(size), mode: Number(mode), uid: Number(uid), gid: Number(gid) };
  return { path, type, ...numbers, target, program: program === 1 };
}

function secretOf(value: unknown): RecordedSecret | undefined {
  const { kind, path, line, certainty } = asObject(value) ?? {};
  if (typeof kind !== "string" || typeof path !== "string") return undefined;
  if (certainty !== "certain" && certainty !== "likely") return undefined;
  return { kind, path, line: typeof line === "number" ? line : undefined, certainty };
}

function textOf(value: unknown): readonly [string, string] | undefined {
  const pair = asStrings(value);
  return pair?.length === 2 ? [pair[0] ?? "", pair[1] ?? ""] : undefined;
}
