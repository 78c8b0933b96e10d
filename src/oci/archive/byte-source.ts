// Bytes in order, taken by count: from a file, where skipping costs nothing, or from a stream (an unpacked or a
// downloaded archive). What the tar reader stands on; knows nothing of tar.

import type { FileHandle } from "node:fs/promises";

const STEP = 256 * 1024;

/** Bytes in order. */
export interface ByteSource {
  /** Position of the next byte. */
  offset(): number;
  /** The next `count` bytes, fewer only at the end; `count` is small. */
  take(count: number): Promise<Buffer>;
  /** Passes over bytes; false when the end came first. */
  skip(count: number): Promise<boolean>;
  /** The next `count` bytes in pieces; ends early at the end. */
  pieces(count: number): AsyncGenerator<Buffer>;
}

/** The bytes of an open file of `size` bytes. */
export function fileBytes(file: FileHandle, size: number): ByteSource {
  let at = 0;
  const take = async (count: number) => {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(count), 0, count, at);
    at += bytesRead;
    return buffer.subarray(0, bytesRead);
  };
  return {
    offset: () => at,
    take,
    async skip(count) {
      at += count;
      return at <= size;
    },
    async *pieces(count) {
      for (let left = count; left > 0; ) {
        const piece = await take(Math.min(left, STEP));
        if (piece.length === 0) return;
        left -= piece.length;
        yield piece;
      }
    },
  };
}

/** The bytes of a stream. */
export function streamBytes(stream: AsyncIterable<Buffer>): ByteSource {
  const source = stream[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  let at = 0;
  const piece = async (most: number): Promise<Buffer> => {
    while (rest.length === 0) {
      const next = await source.next();
      if (next.done) return rest;
      rest = next.value;
    }
    const head = rest.subarray(0, most);
    rest = rest.subarray(head.length);
    at += head.length;
    return head;
  };
  async function* pieces(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0; ) {
      const next = await piece(left);
      if (next.length === 0) return;
      left -= next.length;
      yield next;
    }
  }
  return {
    offset: () => at,
    pieces,
    async take(count) {
      const parts: Buffer[] = [];
      for await (const part of pieces(count)) parts.push(part);
      return Buffer.concat(parts);
    },
    async skip(count) {
      const end = at + count;
      for await (const part of pieces(count)) void part;
      return at === end;
    },
  };
}
