import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestOf } from "../../base/digest.ts";
import { silent, unwatched } from "../../base/log.ts";
import { composeImage } from "../compose.ts";
import { packImage } from "../layers/pack-image.ts";
import { parseReference } from "../reference.ts";
import { type Cache, cacheAt } from "../store/cache.ts";
import type { BlobSource, Descriptor, OciImage } from "../types.ts";
import { archiveImage } from "./archive-image.ts";
import { folderFiles, layoutImage } from "./oci-layout.ts";
import { writeDockerArchive } from "./write-docker-archive.ts";
import { writeOciArchive } from "./write-oci-archive.ts";
import { writeOciLayout } from "./write-oci-layout.ts";

const platform = { os: "linux", architecture: "amd64" };
let dir: string;
let cache: Cache;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-write-"));
  cache = cacheAt(join(dir, "cache"), silent);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

type Packing = "none" | "gzip" | "zstd";
/** In two frames, as other tools make them of one layer. */
const zstdFrames = (tar: Buffer) =>
  Buffer.concat([tar.subarray(0, 500), tar.subarray(500)].map((part) => zstdCompressSync(part)));
const PACK = { none: (tar: Buffer) => tar, gzip: gzipSync, zstd: zstdFrames };

/** An image whose layers are not really archives: nothing here looks into them. */
function makeImage(layers: readonly (readonly [Packing, string])[]): { image: OciImage; blobs: BlobSource } {
  const contents = new Map<string, Buffer>();
  const descriptors = layers.map(([packing, text]): Descriptor => {
    const bytes = PACK[packing](Buffer.from(text.repeat(1000)));
    const digest = digestOf(bytes);
    contents.set(digest, bytes);
    const suffix = packing === "none" ? "" : `+${packing}`;
    return { mediaType: `application/vnd.oci.image.layer.v1.tar${suffix}`, digest, size: bytes.length };
  });
  const diffIds = layers.map(([, text]) => digestOf(text.repeat(1000)));
  const config = { ...platform, config: { Cmd: ["/x"] }, rootfs: { type: "layers", diff_ids: diffIds } };
  const image = composeImage({ configBytes: Buffer.from(JSON.stringify(config)), layers: descriptors });
  return { image, blobs: { open: async ({ digest }) => Readable.from([contents.get(digest) ?? Buffer.alloc(0)]) } };
}

/** The same image with its layers named by SHA-512, as images may be. */
function named512({ image, blobs }: { image: OciImage; blobs: BlobSource }, contents: readonly Buffer[]) {
  const layers = image.manifest.layers.map((layer, at) => ({
    ...layer,
    digest: digestOf(contents[at] ?? "", "sha512"),
  }));
  const open: BlobSource["open"] = (wanted, options) => {
    const at = layers.findIndex(({ digest }) => digest === wanted.digest);
    return blobs.open(image.manifest.layers[at] ?? wanted, options);
  };
  return { image: composeImage({ configBytes: image.configBytes, layers }), blobs: { open } };
}

async function contentOf({ image, blobs }: { image: OciImage; blobs: BlobSource }, at: number): Promise<Buffer> {
  const layer = image.manifest.layers[at];
  if (!layer) throw new Error(`no layer ${at}`);
  return buffer(await blobs.open(layer, {}));
}

const tools = { log: silent, progress: unwatched, now: () => 0 };

test("blobs of long names, as SHA-512 gives them, are found again in an OCI archive", async () => {
  const texts = ["one", "two"].map((text) => Buffer.from(text.repeat(1000)));
  const made = makeImage([
    ["none", "one"],
    ["none", "two"],
  ]);
  const { image, blobs } = named512(made, texts);
  const path = join(dir, "long.tar");
  await writeOciArchive(image, blobs, { path, tag: "v1", mode: 0o644 });
  const back = await archiveImage({ kind: "oci-archive", path }, { cache, platform, now: () => 0 });
  for (const [at, text] of texts.entries()) expect((await contentOf(back, at)).equals(text)).toBe(true);
});

test("blobs that SHA-512 names are found in a packed OCI archive too", async () => {
  const word = "long".repeat(400);
  const content = Buffer.from(word.repeat(1000));
  const { image, blobs } = named512(makeImage([["none", word]]), [content]);
  const [plain, path] = [join(dir, "plain512.tar"), join(dir, "packed512.tar.gz")];
  await writeOciArchive(image, blobs, { path: plain, tag: "v1", mode: 0o644 });
  await writeFile(path, gzipSync(await readFile(plain)));
  const back = await archiveImage({ kind: "oci-archive", path }, { cache, platform, now: () => 0 });
  expect((await contentOf(back, 0)).equals(content)).toBe(true);
});

test("an archive that is packed with zstd in several frames is read as a whole", async () => {
  const made = makeImage([["gzip", "one"]]);
  const [plain, path] = [join(dir, "frames.tar"), join(dir, "frames.tar.zst")];
  await writeOciArchive(made.image, made.blobs, { path: plain, tag: "v1", mode: 0o644 });
  await writeFile(path, zstdFrames(await readFile(plain)));
  const back = await archiveImage({ kind: "oci-archive", path }, { cache, platform, now: () => 0 });
  expect((await contentOf(back, 0)).equals(await contentOf(made, 0))).toBe(true);
});

test("an OCI archive is read back as the same image, and is the same file each time", async () => {
  const { image, blobs } = makeImage([
    ["gzip", "one"],
    ["zstd", "two"],
  ]);
  const path = join(dir, "one.tar");
  await writeOciArchive(image, blobs, { path, tag: "v1", mode: 0o644 });
  const first = await readFile(path);
  const found = await archiveImage({ kind: "oci-archive", path, tag: "v1" }, { cache, platform, now: () => 0 });
  expect(found.image.descriptor.digest).toBe(image.descriptor.digest);
  expect((await contentOf(found, 0)).equals(await contentOf({ image, blobs }, 0))).toBe(true);
  await writeOciArchive(image, blobs, { path, tag: "v1", mode: 0o644 });
  expect((await readFile(path)).equals(first)).toBe(true);
});

test("a docker archive holds plain layers, whatever they were packed with", async () => {
  const { image, blobs } = makeImage([
    ["gzip", "one"],
    ["none", "two"],
    ["zstd", "three"],
    ["gzip", "one"],
  ]);
  const path = join(dir, "docker.tar");
  const reference = parseReference("registry.example/app:1");
  await writeDockerArchive(image, blobs, { path, reference, mode: 0o644 });
  const source = { kind: "docker-archive", path, image: "registry.example/app:1" } as const;
  const found = await archiveImage(source, { cache, platform, now: () => 0 });
  expect(found.image.config.rootfs).toEqual(image.config.rootfs);
  expect(found.image.manifest.layers.map(({ digest }) => digest)).toEqual(image.config.rootfs.diff_ids);
  expect((await contentOf(found, 2)).toString()).toBe("three".repeat(1000));
});

test("a layer that is not what the configuration says is refused", async () => {
  const good = makeImage([["gzip", "one"]]);
  const bad = { open: async () => Readable.from([gzipSync("something else")]) };
  const path = join(dir, "wrong.tar");
  await expect(writeDockerArchive(good.image, bad, { path, mode: 0o644 })).rejects.toMatchObject({
    code: "E_DIGEST_MISMATCH",
  });
  expect((await readdir(dir)).filter((name) => name.includes("wrong"))).toEqual([]);
});

test("what is broken off leaves nothing behind", async () => {
  const { image } = makeImage([
    ["gzip", "one"],
    ["gzip", "two"],
  ]);
  const stop = new AbortController();
  const blobs = {
    open: async () => {
      stop.abort(new Error("enough"));
      return Readable.from([Buffer.alloc(100)]);
    },
  };
  const place = { mode: 0o644, signal: stop.signal };
  for (const write of [
    () => writeOciArchive(image, blobs, { ...place, path: join(dir, "broken-off") }),
    () => writeOciLayout(image, blobs, { ...place, path: join(dir, "broken-off") }),
    () => writeDockerArchive(image, blobs, { ...place, path: join(dir, "broken-off") }),
  ])
    await expect(write()).rejects.toThrow();
  expect((await readdir(dir)).filter((name) => name.includes("broken-off"))).toEqual([]);
});

test("a layout takes a second image and keeps the first, and what it does not know of its index", async () => {
  const [one, two] = [
    makeImage([["gzip", "one"]]),
    makeImage([
      ["gzip", "one"],
      ["gzip", "two"],
    ]),
  ];
  const path = join(dir, "layout");
  const layout = (tag: string) => folderFiles(path).then((files) => layoutImage(files, { tag, platform }));
  await writeOciLayout(one.image, one.blobs, { path, tag: "one", mode: 0o644 });
  const index = JSON.parse(await readFile(join(path, "index.json"), "utf8"));
  await writeFile(join(path, "index.json"), JSON.stringify({ ...index, "org.example": { kept: true } }));
  await writeOciLayout(two.image, two.blobs, { path, tag: "two", mode: 0o644 });
  expect((await layout("one")).image.descriptor.digest).toBe(one.image.descriptor.digest);
  expect((await layout("two")).image.descriptor.digest).toBe(two.image.descriptor.digest);
  await writeOciLayout(two.image, two.blobs, { path, tag: "one", mode: 0o644 });
  expect((await layout("one")).image.descriptor.digest).toBe(two.image.descriptor.digest);
  const last = JSON.parse(await readFile(join(path, "index.json"), "utf8"));
  expect(last).toMatchObject({ "org.example": { kept: true }, manifests: [{}, {}] });
  expect((await readdir(path)).sort()).toEqual(["blobs", "index.json", "oci-layout"]);
});

test("several writers of one new layout all get their tag", async () => {
  const path = join(dir, "crowd");
  const tags = ["a", "b", "c", "d"];
  const images = tags.map((tag) =>
    makeImage([
      ["gzip", "shared"],
      ["gzip", tag],
    ]),
  );
  await Promise.all(
    images.map(({ image, blobs }, at) => writeOciLayout(image, blobs, { path, tag: tags[at], mode: 0o644 })),
  );
  const { manifests } = JSON.parse(await readFile(join(path, "index.json"), "utf8")) as { manifests: unknown[] };
  expect(manifests).toHaveLength(4);
});

test("a folder with other things does not become a layout", async () => {
  const path = join(dir, "home");
  await mkdir(path);
  await writeFile(join(path, "thesis.tex"), "x");
  const { image, blobs } = makeImage([["gzip", "one"]]);
  await expect(writeOciLayout(image, blobs, { path, mode: 0o644 })).rejects.toMatchObject({ code: "E_LAYOUT_FOLDER" });
  expect(await readdir(path)).toEqual(["thesis.tex"]);
});

test.each(["gzip", "zstd"] as const)(
  "plain layers are packed with %s once; others stay as they are",
  async (compression) => {
    const { image, blobs } = makeImage([
      ["gzip", "base"],
      ["none", `added ${compression}`],
    ]);
    const packed = await packImage(image, blobs, { ...tools, cache, compression });
    const [base, added] = packed.image.manifest.layers;
    expect(base).toEqual(image.manifest.layers[0]);
    expect(added?.mediaType).toBe(`application/vnd.oci.image.layer.v1.tar+${compression}`);
    expect(packed.image.configBytes).toBe(image.configBytes);
    expect((await contentOf(packed, 1)).length).toBeLessThan((await contentOf({ image, blobs }, 1)).length);
    const unread = { open: () => Promise.reject(new Error("read again")) };
    const again = await packImage(image, unread, { ...tools, cache, compression });
    expect(again.image.descriptor).toEqual(packed.image.descriptor);
  },
);

test("without compression, and without plain layers, the image is what it was", async () => {
  const plain = makeImage([["none", "x"]]);
  const done = makeImage([["gzip", "x"]]);
  expect((await packImage(plain.image, plain.blobs, { ...tools, cache, compression: "none" })).image).toBe(plain.image);
  expect((await packImage(done.image, done.blobs, { ...tools, cache, compression: "gzip" })).image).toBe(done.image);
});
