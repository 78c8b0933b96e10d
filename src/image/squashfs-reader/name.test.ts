import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeName, encodeName } from "./name.ts";

test("any bytes come back from their string", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.string({ unit: "grapheme" }).map((text) => new Uint8Array(Buffer.from(text))),
  );
  fc.assert(
    fc.property(bytes, (name) => {
      expect([...encodeName(decodeName(name))]).toEqual([...name]);
    }),
    { numRuns: 500, seed: 3 },
  );
});

test("names in UTF-8 are what they look like", () => {
  expect(decodeName(Buffer.from("größe 日本 😀"))).toBe("größe 日本 😀");
  expect(decodeName(Buffer.from("\ufeffmark"))).toBe("\ufeffmark");
});

test("an encoded surrogate is not UTF-8 and stays its three bytes", () => {
  const bytes = Buffer.from([0xed, 0xb2, 0x80]);
  expect(decodeName(bytes)).toHaveLength(3);
  expect(encodeName(decodeName(bytes)).equals(bytes)).toBe(true);
});
