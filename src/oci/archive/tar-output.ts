// Writes an image archive: members one after the other into a file, each header after its content, so that contents of
// unknown size need no copy. Names, modes and times are fixed: the same members give the same bytes.

import type { FileHandle } from "node:fs/promises";

const BLOCK = 512;
const NAME_BYTES = 100;
const BATCH = 1024 * 1024;
const MAX_OCTAL = 0o77777777777;

/** An archive being written; its file is the caller's. */
export class TarOutput {
  readonly #file: FileHandle;
  #end = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Appends a member; answers with its size in bytes. */
  async add(name: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<number> {
    const extension = longName(name);
    const start = this.#end + extension.length + BLOCK;
    const size = content instanceof Uint8Array ? await this.#write(content, start) : await this.#stream(content, start);
    await this.#write(Buffer.concat([extension, header(name, size, "0")]), this.#end);
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    await this.#write(Buffer.alloc(padded - size), start + size);
    this.#end = start + padded;
    return size;
  }

  /** Appends a folder: some readers give folders that are only implied to root, and fail when they are not root. */
  async folder(name: string): Promise<void> {
    await this.#write(header(`${name}/`, 0, "5"), this.#end);
    this.#end += BLOCK;
  }

  /** Ends the archive with its two blocks of zeros. */
  async end(): Promise<void> {
    await this.#write(Buffer.alloc(2 * BLOCK), this.#end);
  }

  async #stream(content: AsyncIterable<Uint8Array>, start: number): Promise<number> {
    let at = start;
    let batch: Uint8Array[] = [];
    let batched = 0;
    const flush = async () => {
      at += await this.#write(Buffer.concat(batch), at);
      batch = [];
      batched = 0;
    };
    for await (const chunk of content) {
      batch.push(chunk);
      batched += chunk.length;
      if (batched >= BATCH) await flush();
    }
    await flush();
    return at - start;
  }

  async #write(bytes: Uint8Array, position: number): Promise<number> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
    return bytes.length;
  }
}

// What comes before the header of a member whose name is longer than the field for it, as those of sha512 blobs are: a PAX
// header (POSIX.1-2001) with the whole name.
function longName(name: string): Buffer {
  if (Buffer.byteLength(name) <= NAME_BYTES) return Buffer.alloc(0);
  const rest = Buffer.from(` path=${name}\n`);
  let length = rest.length + 1;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  const record = Buffer.alloc(Math.ceil(length / BLOCK) * BLOCK);
  record.write(String(length), "latin1");
  record.set(rest, length - rest.length);
  return Buffer.concat([header("x", length, "x"), record]);
}

// A file or folder in ustar form (POSIX.1-1988), readable by all, owned by root, of the time 0.
function header(name: string, size: number, type: "0" | "5" | "x"): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, NAME_BYTES);
  block.write(`${type === "5" ? "0000755" : "0000644"}\x000000000\x000000000\x00`, 100, "latin1");
  if (size <= MAX_OCTAL) block.write(size.toString(8).padStart(11, "0"), 124, "latin1");
  else {
    // GNU's base-256 form, which every reader of images knows.
    block.writeBigUInt64BE(BigInt(size), 128);
    block[124] = 0x80;
  }
  block.write("00000000000", 136, "latin1");
  block.write(`        ${type}`, 148, "latin1");
  block.write("ustar\x0000", 257, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\x00 `, 148, "latin1");
  return block;
}
