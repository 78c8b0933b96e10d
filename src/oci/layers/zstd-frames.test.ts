import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ZstdFrames } from "./zstd-frames.ts";

const SKIPPABLE = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 9, 9, 9, 9]);

test("frames come out one by one, whatever the chunks, without the skippable ones", () => {
  const part = fc.uint8Array({ maxLength: 3000 });
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 5 }),
      fc.integer({ min: 1, max: 500 }),
      fc.boolean(),
      (parts, piece, skip) => {
        const frames = parts.map((bytes) => zstdCompressSync(bytes));
        const stream = Buffer.concat(frames.flatMap((frame) => (skip ? [SKIPPABLE, frame, SKIPPABLE] : [frame])));
        const reader = new ZstdFrames();
        const pieces: Buffer[] = [];
        for (let at = 0; at < stream.length; at += piece) pieces.push(...reader.split(stream.subarray(at, at + piece)));
        expect(reader.complete).toBe(true);
        // Gathered until they are a whole frame, the pieces must end exactly where a frame ends.
        const content: Buffer[] = [];
        let gathered = Buffer.alloc(0);
        for (const [i, frame] of frames.entries()) {
          while (gathered.length < frame.length)
            gathered = Buffer.concat([gathered, pieces.shift() ?? Buffer.alloc(1)]);
          expect(gathered.equals(frame)).toBe(true);
          content[i] = zstdDecompressSync(gathered);
          gathered = Buffer.alloc(0);
        }
        expect(content.map((bytes) => [...bytes])).toEqual(parts.map((bytes) => [...bytes]));
      },
    ),
    { numRuns: 200, seed: 1 },
  );
});

test("a stream that is cut short is not complete", () => {
  const frame = zstdCompressSync(Buffer.alloc(1000, "x"));
  for (let end = 1; end < frame.length; end++) {
    const reader = new ZstdFrames();
    reader.split(frame.subarray(0, end));
    expect(reader.complete).toBe(false);
  }
});

test("bytes that are no frame are refused", () => {
  expect(() => new ZstdFrames().split(Buffer.from("not zstd"))).toThrow("not another one");
});
