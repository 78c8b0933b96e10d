// The list of all images of a system. Shifter's form has no pages, and its client needs the length before the first byte;
// so the texts that the catalog keeps are gathered first, and then sent a piece at a time: a copy of the whole would take
// as much memory again for everybody who lists, and nobody else would be answered while it is made.

import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import type { Desk, Principal, WriteImage } from "../../types.ts";

/** Sends what the caller may read. */
export async function sendImageList(
  desk: Desk,
  asked: { readonly who: Principal | undefined; readonly system: string; readonly reply: FastifyReply },
  write: WriteImage,
): Promise<undefined> {
  const [first, ...rest] = await desk.listTexts(asked.who, asked.system, write);
  // Each text has its comma before it; the first one has none to be parted from.
  const parts = [HEAD, first?.subarray(1) ?? NOTHING, ...rest, END];
  const length = parts.reduce((sum, { length }) => sum + length, 0);
  const headers = { "content-type": "application/json", "content-length": String(length) };
  asked.reply.headers(headers).send(Readable.from(pieces(parts), { objectMode: false }));
}

const HEAD = Buffer.from('{"list":[');
const END = Buffer.from("]}");
const NOTHING = Buffer.alloc(0);

/** Bytes that are written at once: the texts between two private images may be short. */
const PIECE = 256 * 1024;

function* pieces(parts: readonly Buffer[]): Generator<Buffer> {
  let some: Buffer[] = [];
  let length = 0;
  for (const part of parts) {
    some.push(part);
    length += part.length;
    if (length < PIECE) continue;
    yield Buffer.concat(some, length);
    some = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(some, length);
}
