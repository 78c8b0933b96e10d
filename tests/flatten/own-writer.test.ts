// Our squashfs writer: shapes of trees and contents that its tables treat specially, read back by another program; and
// blocks of earlier images, which must save work but never change a byte.

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { silent, unwatched } from "../../src/base/log.ts";
import { DEFAULT_CONVERSION } from "../../src/image/conversion-options.ts";
import { cachedImagePath } from "../../src/image/image-store.ts";
import { makeImage } from "../../src/image/make-image.ts";
import { recordOwnImage } from "../../src/image/own-image.ts";
import { OwnWriter } from "../../src/image/squashfs-writer/own-writer.ts";
import { codecOf } from "../../src/image/squashfs-writer/writer/codec.ts";
import type { BlockSource } from "../../src/image/squashfs-writer/writer/known-block.ts";
import { type LayerEntry, layerTar } from "../support/oci-image.ts";
import { readTar } from "./flatten-to-tree.ts";
import { hasProgram, squashfsTree } from "./judges.ts";
import { type MemoryImage, memoryImage } from "./memory-image.ts";
import { describe as lines } from "./tree.ts";

const hasJudge = await hasProgram("sqfs2tar");
const COMPARED = { owners: true, xattrs: true, dirTimes: true };
const scratch = mkdtempSync(join(tmpdir(), "berth-own-writer-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Text that does not compress well, the same at every run. */
function noise(seed: string, length: number): string {
  const parts: string[] = [];
  for (let size = 0, i = 0; size < length; size += 88, i++) {
    parts.push(createHash("sha512").update(`${seed}-${i}`).digest("base64"));
  }
  return parts.join("").slice(0, length);
}

function file(path: string, content: string, more: Partial<LayerEntry> = {}): LayerEntry {
  return { path, type: "file", content, ...more };
}

const big = noise("big", 3 * 131_072 + 700);
const block = noise("block", 131_072);
const hole = "\0".repeat(131_072);

const shapes: Readonly<Record<string, readonly LayerEntry[]>> = {
  "names before what they belong to": [
    { path: "early/link", type: "link", target: "late/file" },
    file("late/file", "content", { xattrs: { "user.a": "1" } }),
    { path: "late", mode: 0o750, xattrs: { "user.dir": "x".repeat(3000) } },
    { path: "early", mode: 0o711 },
  ],
  "a thousand directories deep and wide": [
    file(`${Array.from({ length: 300 }, (_, i) => `d${i}`).join("/")}/leaf`, "leaf"),
    ...Array.from({ length: 700 }, (_, i): LayerEntry => ({ path: `wide/d${i}`, mode: 0o755 })),
    ...Array.from({ length: 700 }, (_, i) => file(`wide/f${i}`, `${i}`, { uid: i, gid: 2 * i })),
  ],
  "a directory of several metadata blocks": [
    ...Array.from({ length: 3000 }, (_, i) => file(`many/${noise(`name${i}`, 40).replaceAll("/", "_")}${i}`, `${i}`)),
  ],
  "equal files, and files that begin equally": [
    file("one", big),
    file("two", big),
    file("longer", `${big}x`),
    file("one-block", block),
    file("the-same-block", block),
    file("block-and-more", block + big),
    file("small", "s"),
    file("small-too", "s"),
    file("after", noise("after", 200_000)),
  ],
  holes: [
    file("nothing", ""),
    file("hole", hole + hole),
    file("hole-with-end", `${hole}end`),
    file("hole-within", block + hole + hole + big),
    file("small-hole", "\0".repeat(300)),
  ],
  "everything that is not a file": [
    { path: "pipe", type: "fifo" },
    { path: "far", type: "symlink", target: "t".repeat(3000), xattrs: {} },
    file("n".repeat(255), "long name"),
    ...Array.from({ length: 40 }, (_, i): LayerEntry => ({ path: `l${i}`, type: "link", target: "n".repeat(255) })),
  ],
};

/** The entries behind those directories that none of them describes: the reader of archives insists on them. */
function withParents(entries: readonly LayerEntry[]): readonly LayerEntry[] {
  const described = new Set(entries.map(({ path }) => path));
  const missing = new Set<string>();
  for (const { path } of entries) {
    const parts = path.split("/");
    for (let i = 1; i < parts.length; i++) missing.add(parts.slice(0, i).join("/"));
  }
  const dirs = [...missing].filter((path) => !described.has(path)).map((path): LayerEntry => ({ path, mode: 0o755 }));
  return [{ path: "./", mode: 0o755 }, ...dirs, ...entries];
}

async function write(
  tar: Buffer,
  options: { compressor?: "zstd" | "gzip"; blockSize?: number; library?: BlockSource },
) {
  const { compressor = "zstd", blockSize = 131_072, library } = options;
  const target = join(mkdtempSync(join(scratch, "write-")), "image");
  const writer = await OwnWriter.create(target, { codec: codecOf(compressor, 1), blockSize, defaultTime: 0, library });
  try {
    await new Promise<void>((resolve, reject) => {
      writer.sink.write(tar, (error) => (error ? reject(error) : resolve()));
    });
    await writer.finish();
    return { target, writer };
  } catch (error) {
    throw (await writer.discard()) ?? error;
  }
}

describe.skipIf(!hasJudge)("another program (sqfs2tar) reads what was written", () => {
  const ways = [
    { compressor: "zstd", blockSize: 131_072 },
    { compressor: "gzip", blockSize: 4096 },
    { compressor: "zstd", blockSize: 1_048_576 },
  ] as const;
  const cases = Object.keys(shapes).flatMap((shape) => ways.map((way) => ({ shape, ...way })));
  test.each(cases)("$shape ($compressor, blocks of $blockSize)", async ({ shape, ...way }) => {
    const tar = await layerTar(withParents(shapes[shape] ?? []));
    const { target } = await write(tar, way);
    const want = await readTar(tar);
    expect(lines(await squashfsTree(target), new Set(), COMPARED)).toEqual(lines(want, new Set(), COMPARED));
  });
});

test("equal files are stored once", async () => {
  const once = await write(await layerTar([file("a", big), file("b", noise("b", 300_000))]), {});
  const twice = await write(await layerTar([file("a", big), file("c", big), file("b", noise("b", 300_000))]), {});
  expect(readFileSync(twice.target).length).toBe(readFileSync(once.target).length);
});

describe("blocks of an earlier image", () => {
  const lower = Array.from({ length: 60 }, (_, i) => file(`lower/f${i}`, noise(`f${i}`, 997 * i * (1 + (i % 9)))));
  const upper = (name: string) => [file(`upper/${name}`, noise(name, 150_000)), file("lower/f7", name)];
  const image = async (name: string): Promise<MemoryImage> =>
    memoryImage([await layerTar(lower), await layerTar(upper(name))]);

  async function make(cacheDir: string, name: string): Promise<string> {
    const { image: oci, blobs } = await image(name);
    const key = `${name}0`;
    const target = cachedImagePath(cacheDir, key);
    mkdirSync(join(cacheDir, "image"), { recursive: true });
    const settings = { conversion: DEFAULT_CONVERSION, maxBytes: 2 ** 30, mode: 0o600 };
    await makeImage(oci, blobs, target, {
      ...settings,
      log: silent,
      progress: unwatched,
      remembered: { cacheDir, key },
    });
    await recordOwnImage(target, key, cacheDir);
    return target;
  }

  const cache = () => mkdtempSync(join(scratch, "cache-"));

  test("are used, and the file has the bytes that it has without them", async () => {
    const plain = readFileSync(await make(cache(), "second"));
    const warm = cache();
    await make(warm, "first");
    expect(readFileSync(await make(warm, "second")).equals(plain)).toBe(true);
    // Every block is asked for, once, by the digest under which it was remembered.
    const asked: boolean[] = [];
    const tar = await layerTar(lower);
    const { writer } = await write(tar, {});
    const library = { find: (digest: Buffer) => void asked.push(writer.records.find(digest) >= 0) };
    await write(tar, { library });
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.every((known) => known)).toBe(true);
  });

  test("that lie on the disk otherwise than the index says are made anew", async () => {
    const plain = readFileSync(await make(cache(), "second"));
    const warm = cache();
    const first = await make(warm, "first");
    const bytes = readFileSync(first);
    const handle = await open(first, "r+");
    for (let at = 40_000; at < bytes.length; at += 50_000) await handle.write(Buffer.from("damage"), 0, 6, at);
    await handle.close();
    await recordOwnImage(first, "first0", warm);
    expect(readFileSync(await make(warm, "second")).equals(plain)).toBe(true);
    truncateSync(first, 200_000);
    await recordOwnImage(first, "first0", warm);
    expect(readFileSync(await make(warm, "second")).equals(plain)).toBe(true);
  });

  test.each([
    { damage: "is cut short", spoil: (bytes: Buffer) => bytes.subarray(0, bytes.length - 7) },
    { damage: "is empty", spoil: () => Buffer.alloc(0) },
    { damage: "is rubbish", spoil: (bytes: Buffer) => Buffer.alloc(bytes.length, 0xaa) },
    { damage: "has wrong places", spoil: (bytes: Buffer) => Buffer.from(bytes).fill(0x41, bytes.length - 400) },
  ])("do no harm when their index $damage", async ({ spoil }) => {
    const plain = readFileSync(await make(cache(), "second"));
    const warm = cache();
    await make(warm, "first");
    const index = join(warm, "image", "first0.blocks");
    writeFileSync(index, spoil(readFileSync(index)));
    expect(readFileSync(await make(warm, "second")).equals(plain)).toBe(true);
  });
});

describe("a tree that squashfs cannot hold", () => {
  test.each([
    { what: "a link to nothing", entries: [{ path: "l", type: "link", target: "gone" }], words: "links to nothing" },
    { what: "a name twice", entries: [file("a", "1"), file("a", "2")], words: "of that name already" },
    { what: "a file used as a directory", entries: [file("a", "1"), file("a/b", "2")], words: "used as a directory" },
    {
      what: "too many owners",
      entries: Array.from({ length: 40_000 }, (_, i) => file(`f${i}`, "", { uid: i, gid: 100_000 + i })),
      words: "more than 65535 different owners",
    },
  ] as { what: string; entries: LayerEntry[]; words: string }[])("is refused: $what", async ({ entries, words }) => {
    await expect(write(await layerTar(entries), {})).rejects.toThrow(words);
  });
});
