// Blocks of earlier images with layers in common, so that what they compressed need not be compressed again. It only
// saves work: whatever is missing, damaged or no longer as it was is made anew, and the result is the same.
// That an image file is still the one we wrote its change time says (`ownImageKey`), and of each block its CRC; to
// decompress and hash it would cost half of what is saved.

import { type FileHandle, mkdir, open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { findImage } from "../../image-store.ts";
import { primaryPartition, readSif } from "../../sif/read.ts";
import type { BlockRecords } from "../writer/block-records.ts";
import { DIGEST_BYTES } from "../writer/digest-table.ts";
import { HashSlots } from "../writer/hash-slots.ts";
import type { BlockSource, KnownBlock } from "../writer/known-block.ts";
import { type IndexHeader, RECORD_BYTES, readHeader, readRecords, writeIndex } from "./index-file.ts";

const SUFFIX = ".blocks";
/** Indexes whose headers are looked at, newest first, and those that are used. */
const MAX_LOOKED_AT = 64;
const MAX_USED = 4;

/** An image in the library of a cache. */
export interface LibraryImage {
  readonly cacheDir: string;
  /** See `imageKey`. */
  readonly key: string;
}

/** Remembers the blocks of an image that is, or will be, found under its key. */
export async function rememberBlocks(image: LibraryImage, header: IndexHeader, records: BlockRecords): Promise<void> {
  await mkdir(join(image.cacheDir, "image"), { recursive: true, mode: 0o700 });
  await writeIndex(indexPath(image.cacheDir, image.key), header, records);
}

/** Opens the earlier images that have most layers in common with the one that is described. */
export async function openLibrary(image: LibraryImage, wanted: IndexHeader): Promise<BlockLibrary> {
  const shelves: Shelf[] = [];
  for (const key of await candidates(image, wanted)) {
    if (shelves.length === MAX_USED) break;
    const shelf = await openShelf({ ...image, key });
    if (shelf !== undefined) shelves.push(shelf);
  }
  return new BlockLibrary(shelves);
}

/** The blocks of some image files, which stay open until `close`. */
export class BlockLibrary implements BlockSource {
  readonly #shelves: readonly Shelf[];

  constructor(shelves: readonly Shelf[]) {
    this.#shelves = shelves;
  }

  find(digest: Buffer): KnownBlock | undefined {
    for (const shelf of this.#shelves) {
      const found = shelf.find(digest);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async close(): Promise<void> {
    for (const shelf of this.#shelves) await shelf.file.close();
  }
}

/** One image file with its index. */
class Shelf implements BlockSource {
  readonly file: FileHandle;
  readonly #offset: number;
  readonly #records: Buffer;
  readonly #slots = new HashSlots((index) => this.#records.readInt32LE(index * RECORD_BYTES));

  /** `offset`: where the file system begins in the file. */
  constructor(file: FileHandle, offset: number, records: Buffer) {
    this.file = file;
    this.#offset = offset;
    this.#records = records;
    const count = records.length / RECORD_BYTES;
    for (let i = 0; i < count; i++) this.#slots.add(records.readInt32LE(i * RECORD_BYTES), i);
  }

  find(digest: Buffer): KnownBlock | undefined {
    const records = this.#records;
    const index = this.#slots.find(digest.readInt32LE(), (i) => {
      return records.compare(digest, 0, DIGEST_BYTES, i * RECORD_BYTES, i * RECORD_BYTES + DIGEST_BYTES) === 0;
    });
    if (index < 0) return undefined;
    const at = index * RECORD_BYTES;
    return {
      file: this.file,
      position: this.#offset + records.readDoubleLE(at + DIGEST_BYTES),
      stored: records.readUInt32LE(at + 40),
      crc: records.readUInt32LE(at + 44),
    };
  }
}

async function candidates({ cacheDir, key }: LibraryImage, wanted: IndexHeader): Promise<readonly string[]> {
  const layers = new Set(wanted.layers);
  const found: { key: string; shared: number }[] = [];
  for (const name of await newestIndexes(join(cacheDir, "image"))) {
    const header = await readHeader(join(cacheDir, "image", name));
    const shared = header?.layers.filter((layer) => layers.has(layer)).length ?? 0;
    if (header?.codec === wanted.codec && shared > 0) found.push({ key: name.slice(0, -SUFFIX.length), shared });
  }
  return found
    .filter((one) => one.key !== key)
    .sort((a, b) => b.shared - a.shared)
    .map((one) => one.key);
}

async function newestIndexes(dir: string): Promise<readonly string[]> {
  const found: { name: string; time: number }[] = [];
  for (const name of await readdir(dir).catch(() => [])) {
    if (!name.endsWith(SUFFIX) || name.startsWith(".")) continue;
    const info = await stat(join(dir, name)).catch(() => undefined);
    if (info) found.push({ name, time: info.mtimeMs });
  }
  found.sort((a, b) => b.time - a.time);
  return found.slice(0, MAX_LOOKED_AT).map(({ name }) => name);
}

async function openShelf({ cacheDir, key }: LibraryImage): Promise<Shelf | undefined> {
  const path = await findImage(cacheDir, key);
  const records = path === undefined ? undefined : await readRecords(indexPath(cacheDir, key));
  if (path === undefined || records === undefined) return undefined;
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const partition = primaryPartition(await readSif(file, path));
    if (partition !== undefined) return new Shelf(file, partition.offset, records);
  } catch {
    // Another program's file by now.
  }
  await file.close();
  return undefined;
}

function indexPath(cacheDir: string, key: string): string {
  return join(cacheDir, "image", `${key}${SUFFIX}`);
}
