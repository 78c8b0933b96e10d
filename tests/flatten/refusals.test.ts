// What hostile or broken layers ask for, and the error that names the layer and the entry. No file is ever left.

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BerthError } from "../../src/base/errors.ts";
import type { FlattenOptions } from "../../src/image/flatten/options.ts";
import { END_OF_ARCHIVE, encodeHeader } from "../../src/image/tar/encode.ts";
import { formatPax } from "../../src/image/tar/pax.ts";
import { type LayerEntry, layerTar, opaque, whiteout } from "../support/oci-image.ts";
import { convert, hasProgram } from "./judges.ts";
import { memoryImage } from "./memory-image.ts";

const hasWriter = await hasProgram("tar2sqfs");
const file = (path: string, content = "x"): LayerEntry => ({ path, type: "file", content });
const link = (path: string, target: string): LayerEntry => ({ path, type: "link", target });
const symlink = (path: string, target: string): LayerEntry => ({ path, type: "symlink", target });
const directory = (path: string): LayerEntry => ({ path, type: "directory" });

let scratch = "";
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "berth-refusals-"));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

async function failure(layers: readonly Buffer[], options: Partial<FlattenOptions> = {}): Promise<BerthError> {
  const target = join(scratch, "image.sqfs");
  const outcome = await convert(memoryImage(layers), target, options).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(existsSync(target)).toBe(false);
  if (!(outcome instanceof BerthError)) throw new Error(`not refused properly: ${outcome}`);
  return outcome;
}

const stacks: { name: string; layers: LayerEntry[][]; code: string; says: string }[] = [
  { name: "an absolute name", layers: [[file("/etc/x")]], code: "E_LAYER_ENTRY", says: "absolute" },
  { name: "a name with ..", layers: [[file("a/../../x")]], code: "E_LAYER_ENTRY", says: '".."' },
  { name: "a name that is ..", layers: [[directory("..")]], code: "E_LAYER_ENTRY", says: '".."' },
  { name: "a whiteout of ..", layers: [[file("a/.wh...", "")]], code: "E_LAYER_ENTRY", says: "whiteout of no file" },
  { name: "a whiteout of nothing", layers: [[file("a/.wh.", "")]], code: "E_LAYER_ENTRY", says: "whiteout of no file" },
  { name: "an entry below a whiteout", layers: [[file(".wh.a/b")]], code: "E_LAYER_ENTRY", says: "lies in a whiteout" },
  {
    name: "an entry behind a link of its layer",
    layers: [[symlink("a", "/tmp"), file("a/x")]],
    code: "E_LAYER_PARENT",
    says: '"a", which leads to it, is not a directory but a symbolic link',
  },
  {
    name: "an entry behind a link of a lower layer",
    layers: [[symlink("a", "b"), directory("b")], [file("a/x")]],
    code: "E_LAYER_PARENT",
    says: "symbolic link",
  },
  {
    name: "an entry below a file of a lower layer",
    layers: [[file("a")], [file("a/x")]],
    code: "E_LAYER_PARENT",
    says: "a file",
  },
  {
    name: "a whiteout behind a link of a lower layer",
    layers: [[symlink("a", "b")], [whiteout("a/x")]],
    code: "E_LAYER_PARENT",
    says: "symbolic link",
  },
  {
    name: "an opaque marker behind a link of its layer",
    layers: [[symlink("a", "b"), opaque("a")]],
    code: "E_LAYER_PARENT",
    says: "symbolic link",
  },
  { name: "a hard link to itself", layers: [[link("a", "a")]], code: "E_LAYER_LINK", says: "itself" },
  {
    name: "a hard link to nothing",
    layers: [[link("a", "b")]],
    code: "E_LAYER_LINK",
    says: 'links to, "b", is neither',
  },
  { name: "a hard link that leads out", layers: [[link("a", "../b")]], code: "E_LAYER_ENTRY", says: '".."' },
  {
    name: "a hard link to a directory",
    layers: [[directory("d"), link("a", "d")]],
    code: "E_LAYER_LINK",
    says: "directory",
  },
  {
    name: "a hard link to a directory below",
    layers: [[directory("d")], [link("a", "d")]],
    code: "E_LAYER_LINK",
    says: "directory",
  },
  { name: "hard links in a circle", layers: [[link("a", "b"), link("b", "a")]], code: "E_LAYER_LINK", says: "neither" },
  {
    name: "a symbolic link in the place of the root",
    layers: [[symlink(".", "x")]],
    code: "E_LAYER_ENTRY",
    says: "root",
  },
  {
    name: "a part of a name of 256 bytes",
    layers: [[file("n".repeat(256))]],
    code: "E_LAYER_ENTRY",
    says: "255 bytes",
  },
  {
    name: "a name of 5000 bytes",
    layers: [[file(`${`${"n".repeat(200)}/`.repeat(25)}x`)]],
    code: "E_LAYER_ENTRY",
    says: "4095 bytes",
  },
  {
    name: "a path 600 directories deep",
    layers: [[file(`${"d/".repeat(600)}x`)]],
    code: "E_LAYER_ENTRY",
    says: "512 directories",
  },
];

test.skipIf(!hasWriter).each(stacks)("$name is refused", async ({ layers, code, says }) => {
  const error = await failure(await Promise.all(layers.map(layerTar)));
  expect(error.code).toBe(code);
  expect(error.message).toContain(says);
  expect(error.message).toMatch(/layer sha256:[0-9a-f]{64}/);
});

const one = await layerTar([file("a", "content"), file("b", "content")]);
const broken: { name: string; blob: Buffer; code: string; says: string }[] = [
  {
    name: "an archive cut in a body",
    blob: one.subarray(0, 600),
    code: "E_LAYER_TAR",
    says: 'cut short within the entry "a"',
  },
  { name: "an archive cut in a header", blob: one.subarray(0, 1200), code: "E_LAYER_TAR", says: "cut short" },
  { name: "a wrong checksum", blob: Buffer.from(one).fill("7", 100, 104), code: "E_LAYER_TAR", says: "checksum" },
  { name: "text that is no archive", blob: Buffer.alloc(4096, "hello "), code: "E_LAYER_TAR", says: "checksum" },
  {
    name: "gzip cut short",
    blob: gzipSync(one).subarray(0, -12),
    code: "E_LAYER_ENCODING",
    says: "does not decompress",
  },
  {
    name: "gzip with wrong bytes",
    blob: Buffer.from(gzipSync(one)).fill(0xff, 30, 50),
    code: "E_LAYER_ENCODING",
    says: "does not decompress",
  },
  { name: "zstd cut short", blob: zstdCompressSync(one).subarray(0, -3), code: "E_LAYER_ENCODING", says: "cut short" },
  { name: "bzip2", blob: Buffer.from("BZh91AY&SY".padEnd(600, "x")), code: "E_LAYER_ENCODING", says: "bzip2" },
  { name: "a NUL in a long name", blob: withPax([["path", Buffer.from("a\0b")]]), code: "E_LAYER_TAR", says: "NUL" },
  {
    name: "a negative size",
    blob: withPax([["size", Buffer.from("-5")]]),
    code: "E_LAYER_TAR",
    says: "size is not a number",
  },
  {
    name: "a size beyond all numbers",
    blob: withPax([["size", Buffer.from("9".repeat(30))]]),
    code: "E_LAYER_TAR",
    says: "size is not a number",
  },
  {
    name: "a size beyond the limit",
    blob: withPax([["size", Buffer.from("9".repeat(15))]]),
    code: "E_LAYER_LIMIT",
    says: "unpacks to more than",
  },
];

function withPax(records: [string, Buffer][]): Buffer {
  const body = formatPax(records);
  const plain = { kind: "file", mode: 0o644, uid: 0, gid: 0, mtime: 0, target: "", xattrs: undefined } as const;
  const header = Buffer.from(encodeHeader({ ...plain, path: "x", size: body.length }));
  header.write("x", 156);
  header.write("        ", 148);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
    "latin1",
  );
  const padded = Buffer.alloc(512);
  body.copy(padded);
  return Buffer.concat([header, padded, encodeHeader({ ...plain, path: "y", size: 0 }), END_OF_ARCHIVE]);
}

test.skipIf(!hasWriter).each(broken)("$name is refused", async ({ blob, code, says }) => {
  const error = await failure([blob]);
  expect(error.code).toBe(code);
  expect(error.message).toContain(says);
});

test.skipIf(!hasWriter)("more entries than the limit are refused", async () => {
  const layer = await layerTar(Array.from({ length: 30 }, (_, i) => file(`f${i}`)));
  const error = await failure([layer], { limits: { maxEntries: 20 } });
  expect(error.message).toContain("more than 20 entries");
});

test.skipIf(!hasWriter)("a bomb is refused before it has unpacked", async () => {
  const bomb = gzipSync(Buffer.concat([one.subarray(0, -1024), Buffer.alloc(64 << 20)]));
  expect((await failure([bomb], { limits: { maxBytes: 1 << 20 } })).code).toBe("E_LAYER_LIMIT");
});

test.skipIf(!hasWriter)("an image without layers is refused", async () => {
  expect((await failure([])).code).toBe("E_NO_LAYERS");
});
