// Output of a container as whole lines with whose they are.

import type { EngineContainer, LogChunk } from "../engine/types.ts";
import type { LogLine } from "../types.ts";
import { serviceOf, slotOf } from "./names.ts";

/** A line that is longer is cut in two. */
const MAX_LINE = 64 * 1024;

interface Begun {
  at: number;
  text: string;
}

/** Joins what the engine sends in pieces. */
export async function* logLines(container: EngineContainer, chunks: AsyncIterable<LogChunk>): AsyncGenerator<LogLine> {
  const begun = new Map<LogChunk["stream"], Begun>();
  const line = (stream: LogChunk["stream"], at: number, text: string): LogLine => ({
    ...{ at, stream, service: serviceOf(container), container: container.id, slot: slotOf(container) },
    line: text.endsWith("\r") ? text.slice(0, -1) : text,
  });
  for await (const { stream, at, text } of chunks) {
    const before = begun.get(stream);
    const pieces = `${before?.text ?? ""}${text}`.split("\n");
    const rest = pieces.pop() ?? "";
    for (const [index, piece] of pieces.entries()) yield line(stream, index === 0 ? (before?.at ?? at) : at, piece);
    if (rest.length >= MAX_LINE) yield line(stream, at, rest);
    if (rest === "" || rest.length >= MAX_LINE) begun.delete(stream);
    else begun.set(stream, { at: pieces.length === 0 ? (before?.at ?? at) : at, text: rest });
  }
  for (const [stream, { at, text }] of begun) yield line(stream, at, text);
}
