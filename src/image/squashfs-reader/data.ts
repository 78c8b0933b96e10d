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

/** Reads the content of files; keeps the last fragment block, since neighbours share it. */
export interface DataReader {
  /** Content in order. @throws E_SQUASHFS_CORRUPT */
  extents(file: FileRef, size: number): AsyncGenerator<Extent>;
}

export function dataReader(source: Source, superblock: Superblock, meta: Metadata, decompress: Decompress): DataReader {
  const { blockSize } = superblock;
  let last: { readonly index: number; readonly bytes: Uint8Array } | undefined;

  async function loadBlock(position: number, word: number): Promise<Uint8Array> {
    const size = word & SIZE_MASK;
    if (size > blockSize) throw source.corrupt(`the data block at ${position} claims ${size} bytes`);
    const stored = await source.read(position, size);
    const bytes = word & UNCOMPRESSED ? stored : await decompress(stored, blockSize);
    if (!bytes) throw source.corrupt(`the data block at ${position} cannot be decompressed`);
    return bytes;
  }

  async function loadFragment(index: number): Promise<Uint8Array> {
    if (last?.index === index) return last.bytes;
    if (index >= superblock.fragmentCount || superblock.fragmentTable === NO_TABLE)
      throw source.corrupt(`a file refers to fragment ${index} of ${superblock.fragmentCount}`);
    const entry = await meta.entry(superblock.fragmentTable, index, 16);
    const bytes = await loadBlock(Number(entry.readBigUInt64LE(0)), entry.readUInt32LE(8));
    last = { index, bytes };
    return bytes;
  }

  async function* extents(file: FileRef, size: number): AsyncGenerator<Extent> {
    const blocks = file.fragment === undefined ? Math.ceil(size / blockSize) : Math.floor(size / blockSize);
    const blockSizes = file.blockSizes();
    let position = file.start;
    for (let first = 0; first < blocks; first += SIZES_PER_READ) {
      const sizes = await blockSizes.take(Math.min(SIZES_PER_READ, blocks - first) * 4);
      for (let index = 0; index * 4 < sizes.length; index += 1) {
        const word = sizes.readUInt32LE(index * 4);
        const offset = (first + index) * blockSize;
        const length = Math.min(blockSize, size - offset);
        if ((word & SIZE_MASK) === 0) {
          yield { offset, length };
          continue;
        }
        const data = await loadBlock(position, word);
        if (data.length !== length) throw source.corrupt(`the data block at ${position} holds ${data.length} bytes`);
        yield { offset, length, data };
        position += word & SIZE_MASK;
      }
    }
    const length = size - blocks * blockSize;
    if (length > 0 && file.fragment !== undefined) {
      const fragment = await loadFragment(file.fragment);
      const data = fragment.subarray(file.fragmentOffset, file.fragmentOffset + length);
      if (data.length !== length) throw source.corrupt(`a tail reaches behind the end of fragment ${file.fragment}`);
      yield { offset: blocks * blockSize, length, data };
    }
  }

  return { extents };
}
