// Lines of a stream, each of bounded length. Knows nothing of what they say.

import type { Readable } from "node:stream";
import { fail } from "./errors.ts";

/** The lines of a UTF-8 stream, without their ends; what follows the last newline is given too. @throws E_WORK_MESSAGE */
export async function* linesOf(stream: Readable, limit: number): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      yield Buffer.concat([...parts, chunk.subarray(from, end)]).toString("utf8");
      parts = [];
      size = 0;
      from = end + 1;
    }
    size += chunk.length - from;
    if (size > limit) throw fail("E_WORK_MESSAGE", { why: `a line is longer than ${limit} bytes` });
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  if (parts.length > 0) yield Buffer.concat(parts).toString("utf8");
}
