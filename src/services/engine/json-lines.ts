// JSON values of a stream, one a line or one after the other, as engines send progress and events.

import { StringDecoder } from "node:string_decoder";

/** Longest line. */
const MAX_LINE = 1024 * 1024;

/** The values of the stream's lines; a line that is none, or is longer than a mebibyte, ends it with what `bad` makes. */
export async function* jsonLines(
  stream: AsyncIterable<Buffer>,
  bad: (reason: string) => Error,
): AsyncGenerator<unknown> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of stream) {
    rest += decoder.write(chunk);
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") yield parsed(line, bad);
    if (rest.length > MAX_LINE) throw bad("a line is longer than 1 MiB");
  }
  if (rest.trim() !== "") yield parsed(rest, bad);
}

function parsed(line: string, bad: (reason: string) => Error): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw bad(`no JSON: ${line.slice(0, 100)}`);
  }
}
