import fc from "fast-check";
import { expect, test } from "vitest";
import { base64, base64OfText } from "./base64.ts";

test("bytes come back from base64 as they were, however many", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(decoded(base64(bytes))).toEqual([...bytes]);
    }),
    { seed: 3, numRuns: 100 },
  );
  expect(decoded(base64(new Uint8Array(20_000).fill(200))).every((byte) => byte === 200)).toBe(true);
});

test("a text goes as UTF-8", () => {
  expect(new TextDecoder().decode(new Uint8Array(decoded(base64OfText("pässword\n"))))).toBe("pässword\n");
});

function decoded(text: string): number[] {
  return [...atob(text)].map((letter) => letter.charCodeAt(0));
}
