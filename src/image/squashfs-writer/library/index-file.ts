// The file that says which blocks an image has: a line of JSON that tells whether they are of use, then 48 bytes for
// each block (digest, position in the file system, stored size, CRC of the stored bytes).

import { type FileHandle, open } from "node:fs/promises";
import { publishFile } from "../../../base/publish.ts";
import type { BlockRecords } from "../writer/block-records.ts";
import { DIGEST_BYTES } from "../writer/digest-table.ts";
import { readFully } from "../writer/staged-output.ts";

export const RECORD_BYTES = 48;
/** Enough for the header of an image with thousands of layers. */
const MAX_HEADER = 1 << 20;
const FIRST_READ = 16_384;
/** More than what `BlockRecords` holds. */
const MAX_RECORD_BYTES = 64 << 20;

export interface IndexHeader {
  /** All that the bytes of a block depend on besides its content. */
  readonly codec: string;
  /** Digests of the image's layers. */
  readonly layers: readonly string[];
}

/** Writes the index of an image's blocks. */
export async function writeIndex(path: string, header: IndexHeader, records: BlockRecords): Promise<void> {
  const { length } = records.digests;
  const line = Buffer.from(`${JSON.stringify(header)}\n`);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(line.length);
  const body = Buffer.allocUnsafe(length * RECORD_BYTES);
  for (let i = 0; i < length; i++) {
    const at = i * RECORD_BYTES;
    body.set(records.digests.digest(i), at);
    body.writeDoubleLE(records.start.get(i), at + DIGEST_BYTES);
    body.writeUInt32LE(records.stored.get(i), at + 40);
    body.writeUInt32LE(records.crc.get(i), at + 44);
  }
  await publishFile(path, 0o600, async (file) => {
    for (const part of [head, line, body]) await file.writeFile(part);
  });
}

/** The header of an index; undefined when the file is not one. */
export async function readHeader(path: string): Promise<IndexHeader | undefined> {
  return withIndex(path, async (_, header) => header);
}

/** The records of an index, as they stand in the file; undefined when there are none that can be read. */
export async function readRecords(path: string): Promise<Buffer | undefined> {
  return withIndex(path, async (file, _, at) => {
    const length = (await file.stat()).size - at;
    if (length > MAX_RECORD_BYTES || length % RECORD_BYTES !== 0) return undefined;
    const records = Buffer.allocUnsafeSlow(length);
    await readFully(file, records, at);
    return records;
  });
}

// A damaged index is no index: what it would save is made again.
async function withIndex<T>(
  path: string,
  use: (file: FileHandle, header: IndexHeader, at: number) => Promise<T | undefined>,
): Promise<T | undefined> {
  const file = await open(path, "r").catch(() => undefined);
  try {
    if (file === undefined) return undefined;
    const first = Buffer.alloc(FIRST_READ);
    const { bytesRead } = await file.read(first, 0, FIRST_READ, 0);
    const length = bytesRead < 4 ? 0 : first.readUInt32LE();
    if (length === 0 || length > MAX_HEADER) return undefined;
    const line = 4 + length <= bytesRead ? first.subarray(4, 4 + length) : Buffer.alloc(length);
    if (line.buffer !== first.buffer) await readFully(file, line, 4);
    return await use(file, parseHeader(line), 4 + length);
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}

function parseHeader(line: Buffer): IndexHeader {
  const header = JSON.parse(line.toString()) as Partial<IndexHeader> | null;
  const { codec, layers } = header ?? {};
  if (typeof codec !== "string" || !Array.isArray(layers)) throw new Error("no header of an index");
  return { codec, layers: layers.filter((layer) => typeof layer === "string") };
}
