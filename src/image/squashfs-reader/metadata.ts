// Metadata blocks: the chains of compressed 8 KiB blocks that inodes, directories and tables are stored in.

import type { Decompress } from "./decompress.ts";
import type { Source } from "./source.ts";

const BLOCK_BYTES = 8192;
const UNCOMPRESSED = 0x8000;
/** 2 MiB of decompressed metadata are kept. */
const CACHED_BLOCKS = 256;

interface Block {
  readonly bytes: Uint8Array;
  /** Position of the next block of the chain. */
  readonly next: number;
}

/** A place in a chain that moves on as bytes are taken. */
export interface Cursor {
  /** The next bytes. @throws E_SQUASHFS_CORRUPT */
  take(length: number): Promise<Buffer>;
  /** A second cursor at the place where this one is now. */
  fork(): Cursor;
}

/** Reads chains of metadata blocks, and tables that are found through lists of their positions. */
export class Metadata {
  readonly #source: Source;
  readonly #decompress: Decompress;
  readonly #cache = new Map<number, Block>();

  constructor(source: Source, decompress: Decompress) {
    this.#source = source;
    this.#decompress = decompress;
  }

  /** A cursor at byte `offset` of the block at `position`. */
  cursor(position: number, offset: number): Cursor {
    let at = position;
    let within = offset;
    const take = async (length: number): Promise<Buffer> => {
      const out = Buffer.allocUnsafe(length);
      for (let done = 0; done < length; ) {
        const { bytes, next } = await this.#block(at);
        if (within > bytes.length)
          throw this.#source.corrupt(`it refers behind the end of the metadata block at ${at}`);
        const part = bytes.subarray(within, within + length - done);
        out.set(part, done);
        done += part.length;
        within += part.length;
        if (done < length || within === BLOCK_BYTES) [at, within] = [next, 0];
      }
      return out;
    };
    return { take, fork: () => this.cursor(at, within) };
  }

  /** Entry `index` of a table whose list of block positions is at `list`. */
  async entry(list: number, index: number, entryBytes: number): Promise<Buffer> {
    const perBlock = BLOCK_BYTES / entryBytes;
    const pointer = await this.#source.read(list + Math.floor(index / perBlock) * 8, 8);
    const position = Number(pointer.readBigUInt64LE(0));
    return this.cursor(position, (index % perBlock) * entryBytes).take(entryBytes);
  }

  async #block(position: number): Promise<Block> {
    const known = this.#cache.get(position);
    if (known) return known;
    const header = (await this.#source.read(position, 2)).readUInt16LE(0);
    const size = header & ~UNCOMPRESSED;
    if (size === 0 || size > BLOCK_BYTES)
      throw this.#source.corrupt(`the metadata block at ${position} claims ${size} bytes`);
    const stored = await this.#source.read(position + 2, size);
    const bytes = header & UNCOMPRESSED ? stored : await this.#decompress(stored, BLOCK_BYTES);
    if (!bytes) throw this.#source.corrupt(`the metadata block at ${position} cannot be decompressed`);
    const block = { bytes, next: position + 2 + size };
    const oldest = this.#cache.keys().next();
    if (this.#cache.size >= CACHED_BLOCKS && !oldest.done) this.#cache.delete(oldest.value);
    this.#cache.set(position, block);
    return block;
  }
}
