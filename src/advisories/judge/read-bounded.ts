// A file that somebody named, no more of it than there may be: a device or a pipe has no size that could be asked for.

import { open } from "node:fs/promises";

/** The bytes; undefined when there are more than `max`. @throws what opening and reading does */
export async function readBounded(path: string, max: number): Promise<Buffer | undefined> {
  const file = await open(path);
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 1 << 20 })) {
      const bytes = chunk as Buffer;
      size += bytes.length;
      if (size > max) return undefined;
      chunks.push(bytes);
    }
    return Buffer.concat(chunks);
  } finally {
    await file.close();
  }
}
