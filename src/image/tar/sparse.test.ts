import { expect, test } from "vitest";
import { BLOCK } from "./block.ts";
import { SparseReader } from "./sparse.ts";

/** What a reader of PAX 1.0 maps makes of stored bytes that come in pieces. */
function expand(size: number, stored: Buffer): { readonly fault: string | undefined; readonly content: Buffer } {
  const parts: Buffer[] = [];
  const sink = {
    bytes: (slice: Buffer) => parts.push(slice),
    zeros: (count: number) => parts.push(Buffer.alloc(count)),
  };
  const reader = new SparseReader(size, undefined, sink);
  for (let at = 0; at < stored.length; at += 10_000) {
    const fault = reader.write(stored.subarray(at, at + 10_000));
    if (fault !== undefined) return { fault, content: Buffer.concat(parts) };
  }
  return { fault: reader.end(), content: Buffer.concat(parts) };
}

function mapText(lines: readonly (number | string)[]): Buffer {
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  return Buffer.concat([text, Buffer.alloc((BLOCK - (text.length % BLOCK)) % BLOCK)]);
}

test("a map of very many stretches is read in the time of its length", () => {
  const count = 150_000;
  const lines: number[] = [count];
  for (let i = 0; i < count; i += 1) lines.push(i, 1);
  const data = Buffer.alloc(count, "data");
  const { fault, content } = expand(count, Buffer.concat([mapText(lines), data]));
  expect(fault).toBeUndefined();
  expect(content.equals(data)).toBe(true);
});

test.each([
  ["no number in its first block", mapText(["1".repeat(600), 0, 1])],
  ["a number that is none", mapText(["x", 0, 1])],
  ["too large a number", mapText([1_000_001, 0, 1])],
  ["a stretch outside of the file", mapText([1, 5, 9])],
])("a map with %s is refused", (_, stored) => {
  expect(expand(10, stored).fault).toBe("a sparse file's map is wrong");
});
