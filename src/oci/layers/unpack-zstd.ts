// The bytes of a zstd stream of any number of frames. The runtime's decompressor alone stops after the first one when it
// is given more at a time, and that without a word.

import { pipeline, type Readable } from "node:stream";
import { createZstdDecompress } from "node:zlib";
import { ZstdFrames } from "./zstd-frames.ts";

/** What `content` unpacks to; damage, and an end in the middle of a frame, end it in an error. */
export function unpackZstd(content: Readable): Readable {
  async function* frameByFrame(): AsyncGenerator<Buffer> {
    const frames = new ZstdFrames();
    for await (const chunk of content as AsyncIterable<Buffer>) yield* frames.split(chunk);
    if (!frames.complete) throw new Error("the compressed data is cut short");
  }
  // Whoever reads hears of a failure.
  return pipeline(frameByFrame, createZstdDecompress(), () => undefined);
}
