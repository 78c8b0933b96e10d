// A file that gocryptfs encrypted, read at any place: a header with the file's number, then blocks of 4 KiB, each with its own
// nonce and tag. Nothing is handed out that its tag does not vouch for, but for the zeros of a hole, as by gocryptfs.

import type { RandomFile } from "../squashfs-reader/index.ts";
import { HEADER_BYTES, OVERHEAD, openBlock, PLAIN_BYTES, placeOf } from "./cipher.ts";
import { fail } from "./errors.ts";

const BLOCK_BYTES = PLAIN_BYTES + OVERHEAD;

/** The plain content of `cipher`. @throws E_DECRYPT_FORM here and while reading */
export async function plainFile(cipher: RandomFile, key: Buffer, path: string): Promise<RandomFile> {
  const total = (await cipher.stat()).size - HEADER_BYTES;
  const header = await exactly(cipher, 0, HEADER_BYTES, path);
  if (header.readUInt16BE(0) !== 2) throw damaged(path, "its content has an unknown form");
  const number = header.subarray(2);
  const size = total - Math.ceil(total / BLOCK_BYTES) * OVERHEAD;
  return {
    stat: async () => ({ size }),
    close: () => cipher.close(),
    async read(buffer, offset, length, position) {
      if (position >= size || length === 0) return { bytesRead: 0 };
      const index = Math.floor(position / PLAIN_BYTES);
      const from = HEADER_BYTES + index * BLOCK_BYTES;
      const stored = await exactly(cipher, from, Math.min(BLOCK_BYTES, HEADER_BYTES + total - from), path);
      const plain = plainBlock(stored, index, { key, number, path });
      const bytesRead = plain.copy(
        buffer,
        offset,
        position - index * PLAIN_BYTES,
        position - index * PLAIN_BYTES + length,
      );
      return { bytesRead };
    },
  };
}

interface Opening {
  readonly key: Buffer;
  readonly number: Buffer;
  readonly path: string;
}

function plainBlock(stored: Buffer, index: number, { key, number, path }: Opening): Buffer {
  if (stored.length <= OVERHEAD) throw damaged(path, "its content is cut off");
  // A hole: what was never written has no nonce either.
  if (stored.every((byte) => byte === 0)) return Buffer.alloc(stored.length - OVERHEAD);
  const plain = openBlock(stored, key, placeOf(index, number));
  if (!plain) throw damaged(path, `its content was changed after it was encrypted (block ${index})`);
  return plain;
}

async function exactly(file: RandomFile, position: number, length: number, path: string): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(length, 0));
  for (let done = 0; done < buffer.length; ) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, position + done);
    if (bytesRead === 0) throw damaged(path, "its content is cut off");
    done += bytesRead;
  }
  return buffer;
}

function damaged(path: string, what: string): Error {
  return fail("E_DECRYPT_FORM", { path, what });
}
