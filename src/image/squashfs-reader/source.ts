// The bytes of one file system within an open file, and what is needed to make an error of a bad one.

import type { BerthError } from "../../base/errors.ts";
import { fail } from "./errors.ts";

/** An open file, or what behaves like one. */
export interface RandomFile {
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  stat(): Promise<{ readonly size: number }>;
  close(): Promise<void>;
}

/** Random access to a file system; positions count from its first byte. */
export interface Source {
  /** The image's path, for errors. */
  readonly path: string;
  /** Bytes of the file system. */
  readonly size: number;
  /** Exactly these bytes. @throws E_SQUASHFS_CORRUPT when they reach outside the file system */
  read(position: number, length: number): Promise<Buffer>;
  /** The error for damage that `what` describes. */
  corrupt(what: string): BerthError;
}

export function fileSource(file: RandomFile, offset: number, size: number, path: string): Source {
  const corrupt = (what: string) => fail("E_SQUASHFS_CORRUPT", { path, what });
  return {
    path,
    size,
    corrupt,
    async read(position, length) {
      if (!(position >= 0 && position + length <= size)) throw corrupt(`it refers to byte ${position}, outside of it`);
      const buffer = Buffer.allocUnsafe(length);
      for (let done = 0; done < length; ) {
        const { bytesRead } = await file.read(buffer, done, length - done, offset + position + done);
        if (bytesRead === 0) throw fail("E_SQUASHFS_TRUNCATED", { path, want: size, got: position + done });
        done += bytesRead;
      }
      return buffer;
    },
  };
}
