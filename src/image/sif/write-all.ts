// A write that is complete: the system may take a part only.

import type { FileHandle } from "node:fs/promises";

/** Writes all the bytes at an offset. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
}
