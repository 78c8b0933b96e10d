// A stretch of an open file read as verified content: a whole blob of the store, or a member of a plain tar archive.

import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { checkMeasured, digestParts, type Expected, parseDigest } from "../../base/digest.ts";

const STEP = 256 * 1024;

export interface Stretch extends Expected {
  /** First byte in the file. */
  readonly offset: number;
  /** The content's name in an error. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
  /** Called before the stream fails because of wrong content; its answer is the error. */
  readonly onDamage?: (cause: unknown) => Promise<Error>;
}

/** Streams the stretch and closes the file; ends in an error unless size and digest are right. */
export function verifiedFile(file: FileHandle, stretch: Stretch): Readable {
  const hash = createHash(digestParts(stretch.digest).algorithm);
  let done = 0;
  const step = async (): Promise<Buffer | null> => {
    stretch.signal?.throwIfAborted();
    const length = Math.min(STEP, stretch.size - done);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, stretch.offset + done);
    done += bytesRead;
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    if (bytesRead > 0 && done < stretch.size) return chunk;
    return finish(chunk);
  };
  // The last piece goes out only after the whole was found right.
  let last = false;
  const finish = async (chunk: Buffer): Promise<Buffer | null> => {
    last = true;
    try {
      const digest = parseDigest(`${digestParts(stretch.digest).algorithm}:${hash.digest("hex")}`);
      checkMeasured({ size: done, digest }, stretch, stretch.what);
    } catch (error) {
      throw stretch.onDamage ? await stretch.onDamage(error) : error;
    }
    return chunk.length > 0 ? chunk : null;
  };
  return new Readable({
    highWaterMark: STEP,
    read() {
      if (last) return void this.push(null);
      step().then(
        (chunk) => this.push(chunk),
        (error) => this.destroy(error),
      );
    },
    destroy(error, closed) {
      file.close().then(() => closed(error), closed);
    },
  });
}
