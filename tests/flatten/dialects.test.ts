// Archives as other programs write them: GNU tar in its formats, sparse files, odd names, and every compression.

import { execFileSync } from "node:child_process";
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { type LayerEntry, layerTar } from "../support/oci-image.ts";
import { flattenToTar, flattenToTree, readTar } from "./flatten-to-tree.ts";
import { memoryImage } from "./memory-image.ts";
import { impliedIn, describe as lines } from "./tree.ts";

const scratch = mkdtempSync(join(tmpdir(), "berth-dialects-"));
const source = join(scratch, "tree");
const COMPARED = { owners: true, xattrs: true, dirTimes: true };
makeTree();
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function makeTree(): void {
  mkdirSync(join(source, `${"deep-".repeat(20)}/${"deeper-".repeat(20)}`), { recursive: true });
  writeFileSync(join(source, `${"deep-".repeat(20)}/${"deeper-".repeat(20)}/${"file-".repeat(30)}`), "far away");
  writeFileSync(join(source, "tab\tnew\nline"), "odd");
  symlinkSync("t".repeat(300), join(source, "long-link"));
  const holes = openSync(join(source, "sparse"), "w");
  for (let i = 0; i < 40; i++) writeSync(holes, `stretch ${i}`, i * 50_000);
  ftruncateSync(holes, 2_500_000);
  closeSync(holes);
  const hole = openSync(join(source, "only-a-hole"), "w");
  ftruncateSync(hole, 300_000);
  closeSync(hole);
}

function tar(...options: string[]): Buffer {
  return execFileSync("tar", ["-C", source, "--sort=name", "-c", ...options, "."], { maxBuffer: 1 << 28 });
}

const plain = await readTar(tar("--format=gnu"));

test.each([
  ["gnu"],
  ["oldgnu"],
  ["pax"],
  ["gnu", "--sparse"],
  ["oldgnu", "--sparse"],
  ["pax", "--sparse", "--sparse-version=0.0"],
  ["pax", "--sparse", "--sparse-version=0.1"],
  ["pax", "--sparse", "--sparse-version=1.0"],
])("what GNU tar writes comes through whole: %s %s %s", async (format, ...options) => {
  const archive = tar(`--format=${format}`, ...options);
  for (const piece of [65_536, 1000, 511]) {
    const got = await flattenToTree(memoryImage([archive], piece));
    expect(lines(got, impliedIn(got), COMPARED)).toEqual(lines(plain, impliedIn(plain), COMPARED));
  }
});

test("sparse files and long names that are hidden are passed over as a whole", async () => {
  const archive = tar("--format=gnu", "--sparse");
  const above = await layerTar([
    { path: "sparse", type: "file", content: "new" },
    { path: ".wh.only-a-hole", type: "file", content: "" },
  ]);
  const got = await flattenToTree(memoryImage([archive, above]));
  expect(got.get("sparse")?.content).toBe("new");
  expect(got.has("only-a-hole")).toBe(false);
  expect(got.get("tab\tnew\nline")?.content).toBe("odd");
});

const SKIPPABLE = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

function inParts(bytes: Buffer, pack: (part: Buffer) => Buffer, between = Buffer.alloc(0)): Buffer {
  const parts: Buffer[] = [between];
  for (let at = 0; at < bytes.length; at += 700) parts.push(pack(bytes.subarray(at, at + 700)), between);
  return Buffer.concat(parts);
}

const entries: LayerEntry[] = Array.from({ length: 20 }, (_, i) => ({
  path: `f${i}`,
  type: "file",
  content: `${i}`.repeat(i * 50),
}));
const layer = await layerTar(entries);
test.each([
  { name: "gzip", blob: gzipSync(layer) },
  { name: "gzip in many members, as eStargz", blob: inParts(layer, (part) => gzipSync(part)) },
  { name: "gzip with zeros after it", blob: Buffer.concat([gzipSync(layer), Buffer.alloc(1000)]) },
  { name: "zstd", blob: zstdCompressSync(layer) },
  { name: "zstd in many frames", blob: inParts(layer, (part) => zstdCompressSync(part)) },
  { name: "zstd:chunked, with skippable frames", blob: inParts(layer, (part) => zstdCompressSync(part), SKIPPABLE) },
  { name: "an archive without its end", blob: layer.subarray(0, -1024) },
  { name: "an archive with rubbish after its end", blob: Buffer.concat([layer, Buffer.alloc(5000, "rubbish")]) },
])("a layer may be $name", async ({ blob }) => {
  for (const piece of [65_536, 700, 13]) {
    const got = await flattenToTree(memoryImage([blob], piece));
    expect([...got].filter(([path]) => path !== "").map(([path, { content }]) => [path, content])).toEqual(
      entries.map(({ path, content }) => [path, content]),
    );
  }
});

test("names that are not UTF-8 stay as they are, byte for byte", async () => {
  const name = Buffer.from([0x66, 0xff, 0xfe, 0x80]);
  const other = Buffer.concat([Buffer.alloc(150, 0xe9), Buffer.from("/"), Buffer.alloc(150, 0xe8)]);
  mkdirSync(join(scratch, "bytes"));
  mkdirSync(Buffer.concat([Buffer.from(`${scratch}/bytes/`), Buffer.alloc(150, 0xe9)]));
  for (const path of [name, other]) writeFileSync(Buffer.concat([Buffer.from(`${scratch}/bytes/`), path]), "x");
  for (const format of ["gnu", "pax"]) {
    const archive = execFileSync("tar", ["-C", join(scratch, "bytes"), `--format=${format}`, "-c", "."]);
    const { tar: merged } = await flattenToTar(memoryImage([archive]));
    const listed = execFileSync("tar", ["-t", "--quoting-style=literal", "--show-transformed-names", "-f", "-"], {
      input: merged,
    });
    expect(listed.includes(name)).toBe(true);
    expect(listed.includes(other)).toBe(true);
  }
});
