// Layers and records with bytes changed, cut out and put in: an audit ends with an image or with a sentence, and never with a
// fault of its own.

import { gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { auditImage } from "../../src/audit/audit-image.ts";
import type { LayerRecord } from "../../src/audit/layer-record.ts";
import { recordCache } from "../../src/audit/record-cache.ts";
import { decodeRecord, encodeRecord } from "../../src/audit/record-codec.ts";
import { BerthError } from "../../src/base/errors.ts";
import { silent } from "../../src/base/log.ts";
import { memoryImage } from "../flatten/memory-image.ts";
import { layerTar, opaque, whiteout } from "../support/oci-image.ts";

const TAR = await layerTar([
  { path: "etc/passwd", content: "root:x:0:0::/root:/bin/sh\n" },
  {
    path: "var/lib/dpkg/status",
    content: "Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\n",
  },
  { path: "usr/lib/os-release", content: "ID=debian\n" },
  { path: `long/${"n".repeat(200)}`, content: "x".repeat(700), xattrs: { "user.a": "b" } },
  { path: "link", type: "symlink", target: "etc/passwd" },
  { path: "hard", type: "link", target: "etc/passwd" },
  whiteout("gone"),
  opaque("etc"),
]);

interface Change {
  readonly at: number;
  readonly kind: "set" | "cut" | "insert" | "swap";
  readonly value: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(TAR.length - 1),
  kind: fc.constantFrom("set", "cut", "insert", "swap"),
  value: fc.nat(255),
});

function changed(bytes: Buffer, changes: readonly Change[]): Buffer {
  let result: Buffer = Buffer.from(bytes);
  for (const { at, kind, value } of changes) {
    const place = at % Math.max(1, result.length);
    const [head, tail] = [result.subarray(0, place), result.subarray(place)];
    if (kind === "set") result = Buffer.concat([head, Buffer.from([value]), tail.subarray(1)]);
    if (kind === "cut") result = Buffer.concat([head, tail.subarray(value * 4)]);
    if (kind === "insert") result = Buffer.concat([head, Buffer.alloc(value * 3, value), tail]);
    if (kind === "swap") result = Buffer.concat([tail, head]);
  }
  return result;
}

// A header whose sum is right again is believed: these get further than others.
function withSums(tar: Buffer): Buffer {
  const result = Buffer.from(tar);
  for (let at = 0; at + 512 <= result.length; at += 512) {
    if (result.toString("latin1", at + 257, at + 262) !== "ustar") continue;
    result.fill(0x20, at + 148, at + 156);
    const sum = result.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
    result.write(`${sum.toString(8).padStart(6, "0")}\0 `, at + 148, "latin1");
  }
  return result;
}

test("any bytes as a layer end in an image or in a sentence", async () => {
  const packed = fc.constantFrom<(bytes: Buffer) => Buffer>((bytes) => bytes, gzipSync, zstdCompressSync);
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      packed,
      fc.array(change, { maxLength: 1 }),
      async (inside, sums, pack, outside) => {
        const tar = changed(TAR, inside);
        const { image, blobs } = memoryImage([changed(pack(sums ? withSums(tar) : tar), outside)], 700);
        const limits = { maxEntries: 1000, maxBytes: 1 << 24 };
        const ended = await auditImage({ name: "x", image, blobs }, { limits }).catch((error: unknown) => error);
        if (ended instanceof Error) expect(ended).toBeInstanceOf(BerthError);
        else expect(ended).toMatchObject({ name: "x" });
      },
    ),
    { numRuns: 1500, seed: 11 },
  );
});

test("any bytes as a record are that record, another that holds, or none", async () => {
  const { image, blobs } = memoryImage([TAR]);
  let record: LayerRecord | undefined;
  const cache = {
    ...recordCache("/nonexistent", silent),
    keep: async (_: string, one: LayerRecord) => {
      record = one;
    },
  };
  await auditImage({ name: "x", image, blobs }, { cache });
  if (!record) throw new Error("no record");
  const bytes = await encodeRecord("sha256:x", record);
  expect(await decodeRecord("sha256:x", bytes)).toEqual(record);
  const text = zstdDecompressSync(bytes);
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), fc.boolean(), async (changes, inside) => {
      const foreign = inside ? zstdCompressSync(changed(text, changes)) : changed(bytes, changes);
      const found = await decodeRecord("sha256:x", foreign);
      for (const { path, size } of found?.entries ?? [])
        expect([typeof path, typeof size]).toEqual(["string", "number"]);
    }),
    { numRuns: 500, seed: 12 },
  );
});
