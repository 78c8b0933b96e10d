// gzip (RFC 1952) as one member, made of blocks that are compressed side by side: each begins with the end of the block
// before it as its dictionary, so that little is lost. The bytes do not depend on how many are made at once.

import { availableParallelism } from "node:os";
import { constants, crc32, deflateRaw } from "node:zlib";

const BLOCK = 512 * 1024;
const WINDOW = 32 * 1024;
const MAX_JOBS = 8;
/** What zlib takes for the best deal; layers are compressed once and fetched often. */
const LEVEL = 6;
// Deflate, no name, no time, operating system unknown: nothing of this machine.
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
// An empty last block with the fixed codes (RFC 1951 3.2.6).
const LAST_BLOCK = Buffer.from([3, 0]);

/** The gzip form of a stream. */
export async function* gzipBlocks(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const jobs = Math.min(MAX_JOBS, availableParallelism());
  const pending: Promise<Buffer>[] = [];
  let dictionary: Buffer = Buffer.alloc(0);
  let checksum = 0;
  let size = 0;
  yield HEADER;
  try {
    for await (const block of blocksOf(source)) {
      checksum = crc32(block, checksum);
      size += block.length;
      pending.push(deflateBlock(block, dictionary));
      dictionary = block.subarray(Math.max(0, block.length - WINDOW));
      if (pending.length >= jobs) yield await next(pending);
    }
    while (pending.length > 0) yield await next(pending);
  } finally {
    // After a failure nobody waits for the others.
    for (const left of pending) left.catch(() => undefined);
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  yield Buffer.concat([LAST_BLOCK, trailer]);
}

async function next(pending: Promise<Buffer>[]): Promise<Buffer> {
  return (await pending.shift()) ?? Buffer.alloc(0);
}

// Ends at a byte border and leaves the stream open for what follows.
function deflateBlock(block: Buffer, dictionary: Buffer): Promise<Buffer> {
  const options = {
    level: LEVEL,
    finishFlush: constants.Z_SYNC_FLUSH,
    ...(dictionary.length > 0 ? { dictionary } : {}),
  };
  return new Promise((resolve, reject) => {
    deflateRaw(block, options, (error, packed) => (error ? reject(error) : resolve(packed)));
  });
}

async function* blocksOf(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let block = Buffer.allocUnsafe(BLOCK);
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const copied = chunk.copy(block, filled, at);
      at += copied;
      filled += copied;
      if (filled < BLOCK) continue;
      yield block;
      block = Buffer.allocUnsafe(BLOCK);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}
