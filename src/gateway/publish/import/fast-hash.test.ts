import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { fastHash } from "./fast-hash.ts";

const MIB = 1024 * 1024;

function hashOf(...chunks: readonly Buffer[]): string {
  const hash = fastHash();
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest();
}

test("a short file's is Shifter's", () => {
  const known = "ff68165577eb209adcfa2f793476a25da637142283409d6f4d8d61ee042c5e63";
  expect(hashOf(Buffer.from("blah blah hash"))).toBe(known);
  expect(hashOf(Buffer.from("blah blah "), Buffer.from("hash"))).toBe(known);
});

test("of a long one it takes the first MiB of every 512", () => {
  const chunk = Buffer.alloc(64 * MIB + 13);
  const hash = fastHash();
  for (let done = 0; done < 513 * MIB; done += chunk.length) hash.update(chunk);
  expect(hash.digest()).toBe(
    createHash("sha256")
      .update(Buffer.alloc(2 * MIB))
      .digest("hex"),
  );
});
