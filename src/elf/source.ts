// The bytes of one ELF file and how its numbers are written. Every position comes from the file itself, so every read is
// checked against its size.

import type { BerthError } from "../base/errors.ts";
import type { RandomFile } from "../image/squashfs-reader/index.ts";
import { fail } from "./errors.ts";

/** 32 or 64: the width of addresses. */
export type Bits = 32 | 64;

/** How numbers are written in a file. */
export interface Encoding {
  readonly bits: Bits;
  readonly little: boolean;
}

/** An open ELF file. */
export interface ElfSource {
  /** For messages. */
  readonly path: string;
  readonly size: number;
  readonly encoding: Encoding;
  /** Exactly these bytes as numbers. @throws E_ELF_DAMAGED when they reach outside the file */
  read(position: number, length: number): Promise<Fields>;
  /** As many of these bytes as there are. */
  readUpTo(position: number, length: number): Promise<Buffer>;
  damaged(what: string): BerthError;
}

/** Numbers of a part of the file; positions count from its beginning. @throws RangeError outside of it: a fault of the reader */
export interface Fields {
  readonly bytes: Buffer;
  u16(at: number): number;
  u32(at: number): number;
  /** An address or size of the file's width. @throws E_ELF_DAMAGED above 2^53 */
  word(at: number): number;
}

/** @throws E_ELF_DAMAGED while reading */
export function elfSource(file: RandomFile, path: string, size: number, encoding: Encoding): ElfSource {
  const damaged = (what: string) => fail("E_ELF_DAMAGED", { path, what });
  const readUpTo = (position: number, length: number) =>
    position >= size
      ? Promise.resolve(Buffer.alloc(0))
      : readWhatIsThere(file, position, Math.min(length, size - position));
  return {
    ...{ path, size, encoding, damaged, readUpTo },
    async read(position, length) {
      if (!(position >= 0 && position + length <= size)) throw damaged(`it refers to byte ${position}, outside of it`);
      const bytes = await readUpTo(position, length);
      if (bytes.length < length) throw damaged(`it ends at byte ${position + bytes.length}`);
      return fieldsOf(bytes, encoding, damaged);
    },
  };
}

/** Bytes from a position on, fewer only at the end of the file. */
export async function readWhatIsThere(file: RandomFile, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) return buffer.subarray(0, done);
    done += bytesRead;
  }
  return buffer;
}

function fieldsOf(bytes: Buffer, { bits, little }: Encoding, damaged: ElfSource["damaged"]): Fields {
  const u16 = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const word = (at: number): number => {
    if (bits === 32) return u32(at);
    const high = u32(little ? at + 4 : at);
    if (high >= 2 ** 21) throw damaged("one of its addresses is larger than any file or memory");
    return high * 2 ** 32 + u32(little ? at : at + 4);
  };
  return { bytes, u16, u32, word };
}
