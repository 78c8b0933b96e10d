// Output of a container with time stamps, as LogChunks. The engine puts a stamp in front of each frame (each line, or piece
// of 16 KiB of a longer one); with a terminal in front of each line.

import { StringDecoder } from "node:string_decoder";
import { demultiplex, type Piece } from "./demux.ts";
import type { LogChunk } from "./types.ts";

const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) /;
/** A program with a terminal may write without ever ending a line. */
const MAX_LINE = 256 * 1024;

/** Text of a chunk ends with its line feed, unless the line goes on in the next chunk. */
export async function* logChunks(
  stream: AsyncIterable<Buffer>,
  tty: boolean,
  bad: (reason: string) => Error,
): AsyncGenerator<LogChunk> {
  const decoders = { stdout: new StringDecoder("utf8"), stderr: new StringDecoder("utf8") };
  const pieces = demultiplex(stream, tty, bad);
  for await (const piece of tty ? byLine(pieces) : pieces) {
    // The stamp comes off before the text is decoded: a character may be cut in two by the end of the frame before.
    const [head = "", stamp = ""] = STAMP.exec(piece.data.toString("latin1", 0, 48)) ?? [];
    const seconds = Date.parse(stamp) / 1000;
    const text = decoders[piece.stream].write(piece.data.subarray(head.length));
    yield { stream: piece.stream, at: Number.isNaN(seconds) ? 0 : seconds, stamp, text };
  }
}

async function* byLine(pieces: AsyncIterable<Piece>): AsyncGenerator<Piece> {
  let rest = Buffer.alloc(0);
  for await (const { data } of pieces) {
    rest = Buffer.concat([rest, data]);
    for (let end = rest.indexOf(10); end >= 0 || rest.length > MAX_LINE; end = rest.indexOf(10)) {
      const length = end >= 0 ? end + 1 : rest.length;
      yield { stream: "stdout", data: rest.subarray(0, length) };
      rest = rest.subarray(length);
    }
  }
  if (rest.length > 0) yield { stream: "stdout", data: rest };
}
