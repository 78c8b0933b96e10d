// The content of regular files: data blocks, holes, and tails that share a fragment block with other files.

import type { Decompress } from "./decompress.ts";
import type { FileRef } from "./inode.ts";
import type { Metadata } from "./metadata.ts";
import type { Source } from "./source.ts";
import { NO_TABLE, type Superblock } from "./superblock.ts";
import type { Extent } from "./tree.ts";

const UNCOMPRESSED = 1 << 24;
const SIZE_MASK = UNCOMPRESSED - 1;
/** Block sizes read at once: 4096 of them stand for 512 MiB of content at the usual block size. */
const SIZES_PER_READ = 4096;
/** Bytes that a file may claim for being read at any place in an image smaller than itself. */
const MAX_COMPRESSED = 2 ** 32;

/** Where a data block is stored, and the word that tells its size and form. */
export interface BlockPlace {
  readonly position: number;
  readonly word: number;
}

/** Reads the content of files; keeps the last fragment block, since neighbours share it. */
export class DataReader {
  readonly #source: Source;
  readonly #superblock: Superblock;
  readonly #metadata: Metadata;
  readonly #decompress: Decompress;
  #last: { readonly index: number; readonly bytes: Uint8Array } | undefined;

  constructor(source: Source, superblock: Superblock, metadata: Metadata, decompress: Decompress) {
    this.#source = source;
    this.#superblock = superblock;
    this.#metadata = metadata;
    this.#decompress = decompress;
  }

  /** Content in order. @throws E_SQUASHFS_CORRUPT */
  async *extents(file: FileRef, size: number): AsyncGenerator<Extent> {
    const { blockSize } = this.#superblock;
    const count = file.fragment === undefined ? Math.ceil(size / blockSize) : Math.floor(size / blockSize);
    yield* this.#blocks(file, size, count);
    const length = size - count * blockSize;
    if (length <= 0 || file.fragment === undefined) return;
    const fragment = await this.#fragment(file.fragment);
    const data = fragment.subarray(file.fragmentOffset, file.fragmentOffset + length);
    if (data.length !== length)
      throw this.#source.corrupt(`a tail reaches behind the end of fragment ${file.fragment}`);
    yield { offset: count * blockSize, length, data };
  }

  async *#blocks(file: FileRef, size: number, count: number): AsyncGenerator<Extent> {
    const { blockSize } = this.#superblock;
    const words = this.#words(file, count);
    let position = file.start;
    let offset = 0;
    for await (const word of words) {
      const length = Math.min(blockSize, size - offset);
      const stored = word & SIZE_MASK;
      const data = stored === 0 ? undefined : await this.#block(position, word);
      if (data && data.length !== length)
        throw this.#source.corrupt(`the data block at ${position} holds ${data.length} bytes instead of ${length}`);
      yield data ? { offset, length, data } : { offset, length };
      position += stored;
      offset += length;
    }
  }

  /** Where each whole or partial data block of a file is; a file's claims are bounded by the file system. @throws E_SQUASHFS_CORRUPT */
  async blockMap(file: FileRef, size: number): Promise<readonly BlockPlace[]> {
    const { blockSize } = this.#superblock;
    // A library compresses to a third: a file may well be larger than its image, but the map of a lie must not fill the memory.
    if (size > Math.max(this.#source.size, MAX_COMPRESSED)) throw this.#source.corrupt(`a file claims ${size} bytes`);
    const count = file.fragment === undefined ? Math.ceil(size / blockSize) : Math.floor(size / blockSize);
    const places: BlockPlace[] = [];
    let position = file.start;
    for await (const word of this.#words(file, count)) {
      places.push({ position, word });
      position += word & SIZE_MASK;
    }
    return places;
  }

  /** One block of a map; the tail when the map has no such block. @throws E_SQUASHFS_CORRUPT */
  async blockOf(file: FileRef, size: number, map: readonly BlockPlace[], index: number): Promise<Uint8Array> {
    const { blockSize } = this.#superblock;
    const length = Math.min(blockSize, size - index * blockSize);
    const place = map[index];
    const bytes = place ? await this.#placed(place, length) : await this.#tail(file, length);
    if (bytes.length !== length)
      throw this.#source.corrupt(`block ${index} of a file holds ${bytes.length} bytes instead of ${length}`);
    return bytes;
  }

  async #placed({ position, word }: BlockPlace, length: number): Promise<Uint8Array> {
    return (word & SIZE_MASK) === 0 ? new Uint8Array(length) : this.#block(position, word);
  }

  async #tail({ fragment, fragmentOffset }: FileRef, length: number): Promise<Uint8Array> {
    if (fragment === undefined) throw this.#source.corrupt("a file ends before its end");
    return (await this.#fragment(fragment)).subarray(fragmentOffset, fragmentOffset + length);
  }

  /** Bytes of a data block. */
  get blockSize(): number {
    return this.#superblock.blockSize;
  }

  // A claimed number of blocks is believed only as far as there are sizes for them.
  async *#words(file: FileRef, count: number): AsyncGenerator<number> {
    const sizes = file.blockSizes();
    for (let left = count; left > 0; left -= SIZES_PER_READ) {
      const part = await sizes.take(Math.min(SIZES_PER_READ, left) * 4);
      for (let at = 0; at < part.length; at += 4) yield part.readUInt32LE(at);
    }
  }

  async #block(position: number, word: number): Promise<Uint8Array> {
    const { blockSize } = this.#superblock;
    const size = word & SIZE_MASK;
    if (size > blockSize) throw this.#source.corrupt(`the data block at ${position} claims ${size} bytes`);
    const stored = await this.#source.read(position, size);
    const bytes = word & UNCOMPRESSED ? stored : await this.#decompress(stored, blockSize);
    if (!bytes) throw this.#source.corrupt(`the data block at ${position} cannot be decompressed`);
    return bytes;
  }

  async #fragment(index: number): Promise<Uint8Array> {
    if (this.#last?.index === index) return this.#last.bytes;
    const { fragmentCount, fragmentTable } = this.#superblock;
    if (index >= fragmentCount || fragmentTable === NO_TABLE)
      throw this.#source.corrupt(`a file refers to fragment ${index} of ${fragmentCount}`);
    const entry = await this.#metadata.entry(fragmentTable, index, 16);
    const bytes = await this.#block(Number(entry.readBigUInt64LE(0)), entry.readUInt32LE(8));
    this.#last = { index, bytes };
    return bytes;
  }
}
