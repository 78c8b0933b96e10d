import { Readable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readEvents, type SentEvent } from "./read-events.ts";

async function read(chunks: readonly Uint8Array[]): Promise<SentEvent[]> {
  const events: SentEvent[] = [];
  for await (const event of readEvents(Readable.from(chunks))) events.push(event);
  return events;
}

const MESSAGES =
  'event: progress\ndata: {"é":1}\n\n: still here\n\ndata:a\r\ndata: b\r\n\r\nid: 7\nevent: end\ndata\n\nevent: none\n\n';

test("messages are the same however the bytes are cut", async () => {
  const bytes = Buffer.from(MESSAGES);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const chunks = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
      expect(await read(chunks.filter((chunk) => chunk.length > 0))).toEqual([
        { event: "progress", data: '{"é":1}' },
        { event: "message", data: "a\nb" },
        { event: "end", data: "" },
      ]);
    }),
    { numRuns: 200, seed: 6 },
  );
});

test("what the connection breaks off in the middle of is no message", async () => {
  expect(await read([Buffer.from("data: whole\n\ndata: half")])).toEqual([{ event: "message", data: "whole" }]);
});

test("a message without an end is not collected for ever", async () => {
  const endless = Array.from({ length: 40 }, () => Buffer.alloc(64 * 1024, "x"));
  await expect(read(endless)).rejects.toThrow(RangeError);
  const lines = Array.from({ length: 40 }, () => Buffer.from(`data: ${"x".repeat(64 * 1024)}\n`));
  await expect(read(lines)).rejects.toThrow(RangeError);
});
