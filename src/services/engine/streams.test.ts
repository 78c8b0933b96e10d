// Streams of engines: frames, log lines, lines of JSON, however the network cuts them up.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { demultiplex, type Piece } from "./demux.ts";
import { jsonLines } from "./json-lines.ts";
import { logChunks } from "./log-chunks.ts";

const bad = (reason: string) => new Error(reason);

async function* cut(whole: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let turn = 0; at < whole.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield whole.subarray(at, at + size);
    at += size;
  }
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of stream) found.push(one);
  return found;
}

function frame(kind: number, data: Buffer | string): Buffer {
  const head = Buffer.alloc(8);
  head[0] = kind;
  head.writeUInt32BE(Buffer.byteLength(data), 4);
  return Buffer.concat([head, Buffer.from(data)]);
}

describe("demultiplex", () => {
  test("gives the same frames back, wherever they were cut", async () => {
    const frames = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 50 })), { maxLength: 10 });
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(frames, sizes, async (given, cuts) => {
        const whole = Buffer.concat(given.map(([kind, data]) => frame(kind, Buffer.from(data))));
        const pieces = await all<Piece>(demultiplex(cut(whole, cuts), false, bad));
        expect(pieces.map(({ stream, data }) => [stream, [...data]])).toEqual(
          given.map(([kind, data]) => [kind === 2 ? "stderr" : "stdout", [...data]]),
        );
      }),
      { numRuns: 200, seed: 6 },
    );
  });

  test("refuses frames that make no sense, and an end in the middle", async () => {
    await expect(all(demultiplex(cut(Buffer.from("no frames at all"), [5]), false, bad))).rejects.toThrow("kind 110");
    const huge = Buffer.from([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
    await expect(all(demultiplex(cut(huge, [8]), false, bad))).rejects.toThrow("4294967295 bytes");
    const short = frame(1, "abc").subarray(0, 10);
    await expect(all(demultiplex(cut(short, [4]), false, bad))).rejects.toThrow("in the middle");
  });

  test("asks for no more than the reader takes", async () => {
    let asked = 0;
    async function* source(): AsyncGenerator<Buffer> {
      for (;;) {
        asked += 1;
        yield frame(1, "x");
      }
    }
    const reader = demultiplex(source(), false, bad);
    await reader.next();
    await reader.next();
    expect(asked).toBe(2);
    await reader.return(undefined);
  });

  test("joins a frame of a megabyte that comes in thousands of pieces without copying it again and again", async () => {
    const whole = frame(1, Buffer.alloc(1024 * 1024, 7));
    const [piece] = await all(demultiplex(cut(whole, [100]), false, bad));
    expect(piece?.data.length).toBe(1024 * 1024);
  });
});

describe("logChunks", () => {
  test("takes the stamp off, and leaves a character whole that two frames share", async () => {
    const euro = Buffer.from("€\n");
    const stamp = "2026-11-22T18:30:27.958217424Z ";
    const whole = Buffer.concat([
      frame(1, Buffer.concat([Buffer.from(`${stamp}a`), euro.subarray(0, 1)])),
      frame(2, "2026-11-22T18:30:28Z other\n"),
      frame(1, Buffer.concat([Buffer.from(stamp), euro.subarray(1)])),
      frame(1, "without a stamp\n"),
    ]);
    expect(await all(logChunks(cut(whole, [3]), false, bad))).toEqual([
      { stream: "stdout", at: 1795372227.958, stamp: stamp.trim(), text: "a" },
      { stream: "stderr", at: 1795372228, stamp: "2026-11-22T18:30:28Z", text: "other\n" },
      { stream: "stdout", at: 1795372227.958, stamp: stamp.trim(), text: "€\n" },
      { stream: "stdout", at: 0, stamp: "", text: "without a stamp\n" },
    ]);
  });

  test("of a terminal gives lines, and pieces of a line that never ends", async () => {
    const line = "2026-11-22T18:30:28Z one\r\n";
    const whole = Buffer.from(`${line}${line}2026-11-22T18:30:28Z ${"x".repeat(600_000)}`);
    const chunks = await all(logChunks(cut(whole, [7000]), true, bad));
    expect(chunks.slice(0, 2).map((chunk) => chunk.text)).toEqual(["one\r\n", "one\r\n"]);
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.map((chunk) => chunk.text).join("").length).toBe(600_000 + 10);
  });
});

describe("jsonLines", () => {
  test("gives values back, wherever they were cut, also the last without an end of line", async () => {
    const whole = Buffer.from('{"a":"ü"}\r\n\n{"b":1}\n[2]');
    for (const size of [1, 2, 3, 100])
      expect(await all(jsonLines(cut(whole, [size]), bad))).toEqual([{ a: "ü" }, { b: 1 }, [2]]);
  });

  test("refuses what is no JSON, and a line without end", async () => {
    await expect(all(jsonLines(cut(Buffer.from("{}\noops\n"), [100]), bad))).rejects.toThrow("no JSON: oops");
    await expect(all(jsonLines(cut(Buffer.alloc(3_000_000, 32), [65536]), bad))).rejects.toThrow("longer than 1 MiB");
  });
});
