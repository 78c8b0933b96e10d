// One regular file of a squashfs, read at any place: for files that hold a file system themselves. Keeps the last block.

import type { BlockPlace, DataReader } from "./data.ts";
import type { FileRef } from "./inode.ts";
import type { RandomFile } from "./source.ts";

/** The file as if it were open. Closing it closes nothing. @throws E_SQUASHFS_CORRUPT while reading */
export function randomFile(data: DataReader, file: FileRef, size: number): RandomFile {
  let map: Promise<readonly BlockPlace[]> | undefined;
  let last: { readonly index: number; readonly bytes: Uint8Array } | undefined;
  const { blockSize } = data;
  return {
    stat: async () => ({ size }),
    close: async () => {},
    async read(buffer, offset, length, position) {
      if (position >= size || length === 0) return { bytesRead: 0 };
      map ??= data.blockMap(file, size);
      const index = Math.floor(position / blockSize);
      if (last?.index !== index) last = { index, bytes: await data.blockOf(file, size, await map, index) };
      const from = position - index * blockSize;
      const part = last.bytes.subarray(from, from + length);
      buffer.set(part, offset);
      return { bytesRead: part.length };
    },
  };
}
