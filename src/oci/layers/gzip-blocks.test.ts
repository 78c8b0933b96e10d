import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { gzipBlocks } from "./gzip-blocks.ts";

const BLOCK = 512 * 1024;

async function packed(chunks: readonly Buffer[]): Promise<Buffer> {
  return buffer(Readable.from(gzipBlocks(Readable.from(chunks))));
}

test.each([0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 17])("%i bytes come back", async (size) => {
  const content = Buffer.alloc(size, "a line of text that repeats itself\n");
  expect(gunzipSync(await packed([content])).equals(content)).toBe(true);
});

test("how the content arrives does not change the bytes", async () => {
  const content = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * at) % 251));
  const whole = await packed([content]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 200_000 }), { maxLength: 8 }), async (sizes) => {
      const chunks: Buffer[] = [];
      let at = 0;
      for (const size of sizes) {
        chunks.push(content.subarray(at, at + size));
        at += size;
      }
      chunks.push(content.subarray(at));
      expect((await packed(chunks)).equals(whole)).toBe(true);
    }),
    { numRuns: 20, seed: 7 },
  );
});

test("nothing of the machine or the time is in the header", async () => {
  expect((await packed([Buffer.from("x")])).subarray(0, 10).toString("hex")).toBe("1f8b08000000000000ff");
});

test("a failing source fails the result", async () => {
  async function* broken(): AsyncGenerator<Buffer> {
    yield Buffer.alloc(2 * BLOCK);
    throw new Error("the disk is gone");
  }
  await expect(buffer(Readable.from(gzipBlocks(broken())))).rejects.toThrow("the disk is gone");
});
