// One line of output as it is kept: `STAMP STREAM SLOT CONTAINER TEXT`. Readable with tail and grep.

import type { LogLine } from "../types.ts";

/** A line of a service's output. */
export interface StoredLine {
  /** RFC 3339 with nanoseconds, in UTC: lines are in its order as text. */
  readonly stamp: string;
  readonly stream: "stdout" | "stderr";
  readonly slot: number;
  /** The first 12 digits of its id. */
  readonly container: string;
  readonly text: string;
}

const FORM = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ([oe]) (\d+) ([0-9a-f]{12}) (.*)$/s;

/** With its line feed. */
export function printLine({ stamp, stream, slot, container, text }: StoredLine): string {
  return `${stamp} ${stream === "stdout" ? "o" : "e"} ${slot} ${container} ${text.replaceAll("\n", " ")}\n`;
}

/** Undefined: it is none, as the last line before a crash may be. */
export function parseLine(line: string): StoredLine | undefined {
  const [, stamp, stream, slot, container, text] = FORM.exec(line) ?? [];
  if (stamp === undefined || container === undefined || text === undefined) return undefined;
  return { stamp, stream: stream === "o" ? "stdout" : "stderr", slot: Number(slot), container, text };
}

/** As others see it. */
export function toLogLine({ stamp, stream, slot, container, text }: StoredLine, service: string): LogLine {
  return { at: Date.parse(stamp) / 1000, service, container, slot, stream, line: text };
}
