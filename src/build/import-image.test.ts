import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { extract } from "tar-stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HOST_ARCHITECTURE, type TestImage, writeLayout } from "../../tests/support/oci-image.ts";
import { silent, unwatched } from "../base/log.ts";
import { DEFAULT_CONVERSION } from "../image/conversion-options.ts";
import { makeImage } from "../image/make-image.ts";
import { OBJECT } from "../image/metadata/index.ts";
import { openImage } from "../image/open.ts";
import { folderFiles, layoutImage } from "../oci/archive/oci-layout.ts";
import { type Cache, openCache } from "../oci/store/cache.ts";
import type { OciImage } from "../oci/types.ts";
import { importImage } from "./import-image.ts";
import { writeTarget } from "./write-target.ts";

const PLATFORM = { os: "linux", architecture: HOST_ARCHITECTURE };
const LIBEXEC = process.env["BERTH_LIBEXEC"] ?? join(import.meta.dirname, "../../build");
const hasPack = existsSync(join(LIBEXEC, "berth-pack"));
const ENV = { ...process.env, BERTH_LIBEXEC: LIBEXEC };
const SCRIPT = "#!/bin/sh\necho built from a definition\n";
const IMAGES = {
  plain: {
    config: { Env: ["A=b"], Cmd: ["/bin/x"], Labels: { l: "1" } },
    layers: [
      {
        entries: [
          { path: "bin" },
          { path: "bin/x", content: "program", mode: 0o755 },
          { path: "bin/y", type: "link", target: "bin/x" },
          { path: "link", target: "bin/x" },
          { path: "closed", content: "secret", mode: 0o040, uid: 1000, gid: 1001 },
          { path: "noted", content: "x", xattrs: { "user.note": "kept" } },
          { path: "long".padEnd(150, "-"), content: "long name" },
        ],
      },
    ],
  },
  defined: {
    config: { Entrypoint: ["/.singularity.d/runscript"], Env: ["A=b"] },
    layers: [
      {
        entries: [
          { path: ".singularity.d" },
          { path: ".singularity.d/runscript", content: SCRIPT, mode: 0o755 },
          { path: ".singularity.d/labels.json", content: '{"who":"me"}' },
        ],
      },
    ],
  },
} as const satisfies Readonly<Record<string, TestImage>>;

let dir: string;
let cache: Cache;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "berth-import-"));
  cache = await openCache({ root: join(dir, "cache"), tempDir: dir, log: silent });
  await writeLayout(join(dir, "layout"), IMAGES);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const tagged = async (tag: string) => layoutImage(await folderFiles(join(dir, "layout")), { tag, platform: PLATFORM });
const imported = (path: string, into = cache) =>
  importImage(path, { cache: into, env: ENV, uid: process.getuid?.() ?? 1, log: silent });

async function sifOf(tag: string): Promise<string> {
  const { image, blobs } = await tagged(tag);
  const path = join(dir, `${tag}.sif`);
  const settings = { conversion: DEFAULT_CONVERSION, maxBytes: 2 ** 40, mode: 0o644, log: silent, progress: unwatched };
  await makeImage(image, blobs, path, settings);
  return path;
}

/** The entries of an image's only layer: header fields and content by path. */
async function entriesOf(image: OciImage, from = cache) {
  const [layer, ...more] = image.manifest.layers;
  if (!layer || more.length > 0) throw new Error(`${image.manifest.layers.length} layers`);
  const found = new Map<
    string,
    { type: string; mode: number; uid: number; gid: number; link: string; text: string; pax: object }
  >();
  const reader = extract();
  reader.on("entry", (header, stream, next) => {
    buffer(stream).then((bytes) => {
      const { name, type, mode = 0, uid = 0, gid = 0, linkname, pax } = header;
      const fields = { type: type ?? "", mode, uid, gid, link: linkname ?? "", text: bytes.toString(), pax: pax ?? {} };
      found.set(name.replace(/\/$/, ""), fields);
      next();
    }, next);
  });
  const content = await from.blobs.open(layer);
  await pipeline(content, reader);
  return found;
}

describe("a SIF file", () => {
  test("is the image that it was made from when the cache has its layers", async () => {
    const path = await sifOf("plain");
    const { image, blobs } = await tagged("plain");
    const own = await openCache({ root: join(dir, "full"), tempDir: dir, log: silent });
    for (const layer of image.manifest.layers) await own.blobs.put(layer, await blobs.open(layer, {}));
    const found = await imported(path, own);
    expect(found.original).toBe(true);
    expect(found.image.descriptor.digest).toBe(image.descriptor.digest);
    expect(Buffer.from(found.image.manifestBytes).equals(Buffer.from(image.manifestBytes))).toBe(true);
  });

  test("is it as well when somebody else has the layers", async () => {
    const path = await sifOf("plain");
    const options = { cache, env: ENV, uid: 1, log: silent, isThere: async () => true };
    expect((await importImage(path, options)).original).toBe(true);
  });

  test("becomes one layer with the files, their modes, and the configuration, without what berth had added", async () => {
    const { image, original } = await imported(await sifOf("plain"));
    expect(original).toBe(false);
    expect(image.config.config).toEqual(IMAGES.plain.config);
    const entries = await entriesOf(image);
    expect(entries.get("bin/x")).toMatchObject({ type: "file", mode: 0o755, text: "program" });
    expect(entries.get("bin/y")).toMatchObject({ type: "link", link: "bin/x" });
    expect(entries.get("link")).toMatchObject({ type: "symlink", link: "bin/x" });
    expect(entries.get("closed")).toMatchObject({ mode: 0o040, uid: 1000, gid: 1001, text: "secret" });
    expect(entries.get("noted")?.pax).toMatchObject({ "SCHILY.xattr.user.note": "kept" });
    expect(entries.get("long".padEnd(150, "-"))?.text).toBe("long name");
    expect([...entries.keys()].filter((name) => name.includes("singularity"))).toEqual([]);
  });

  test("gives the same image each time", async () => {
    const path = await sifOf("plain");
    expect((await imported(path)).image.descriptor).toEqual((await imported(path)).image.descriptor);
  });

  test("is read once: again only when it has changed, or when its layer was removed", async () => {
    const path = await sifOf("plain");
    const own = await openCache({ root: join(dir, "remembering"), tempDir: dir, log: silent });
    let made = 0;
    const add = (...words: Parameters<typeof own.blobs.add>) => {
      made += 1;
      return own.blobs.add(...words);
    };
    const counting = { ...own, blobs: { ...own.blobs, add } };
    const first = await imported(path, counting);
    const second = await imported(path, counting);
    expect(made).toBe(1);
    expect(second.image.descriptor).toEqual(first.image.descriptor);
    const [layer] = first.image.manifest.layers;
    if (!layer) throw new Error("no layer");
    await own.blobs.remove(layer.digest);
    await imported(path, counting);
    expect(made).toBe(2);
    utimesSync(path, 1, 1);
    expect((await imported(path, counting)).image.descriptor).toEqual(first.image.descriptor);
    expect(made).toBe(3);
  });

  test("that was built from a definition keeps its scripts", async () => {
    const { image } = await imported(await sifOf("defined"));
    expect(image.config.config).toMatchObject({ Entrypoint: ["/.singularity.d/runscript"] });
    expect((await entriesOf(image)).get(".singularity.d/runscript")?.text).toBe(SCRIPT);
  });
});

describe.skipIf(!hasPack)("a folder (skipped while berth-pack is not built)", () => {
  test("becomes root's files, with what its .singularity.d says", async () => {
    const folder = join(dir, "folder");
    mkdirSync(join(folder, ".singularity.d"), { recursive: true });
    writeFileSync(join(folder, ".singularity.d/runscript"), SCRIPT);
    chmodSync(join(folder, ".singularity.d/runscript"), 0o755);
    writeFileSync(join(folder, ".singularity.d/labels.json"), '{"who":"me"}');
    writeFileSync(join(folder, "file"), "content");
    linkSync(join(folder, "file"), join(folder, "same"));
    symlinkSync("file", join(folder, "link"));
    const { image } = await imported(folder);
    expect(image.config.config).toMatchObject({ Entrypoint: ["/.singularity.d/runscript"], Labels: { who: "me" } });
    const entries = await entriesOf(image);
    expect(entries.get("file")).toMatchObject({ uid: 0, gid: 0, text: "content" });
    expect(entries.get("same")).toMatchObject({ type: "link", link: "file" });
    expect(entries.get("link")).toMatchObject({ type: "symlink", link: "file" });
  });

  test("without one has a shell", async () => {
    const folder = join(dir, "bare");
    mkdirSync(join(folder, "bin"), { recursive: true });
    expect((await imported(folder)).image.config.config).toMatchObject({ Cmd: ["/bin/sh"] });
  });

  test.skipIf(process.getuid?.() === 0)("with what cannot be read is refused (needs an ordinary user)", async () => {
    const folder = join(dir, "partly");
    mkdirSync(folder);
    writeFileSync(join(folder, "closed"), "x", { mode: 0 });
    await expect(imported(folder)).rejects.toMatchObject({ code: "E_FOLDER_LAYER" });
  });
});

const hasUnsquashfs = (() => {
  try {
    return execFileSync("unsquashfs", ["-help"], { stdio: "ignore" }) !== undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
})();

describe("a target", () => {
  const options = () => ({
    conversion: DEFAULT_CONVERSION,
    maxBytes: 2 ** 40,
    layerCompression: "gzip" as const,
    umask: 0o022,
    env: ENV,
    client: () => Promise.reject(new Error("no registry here")),
    ...{ cache, log: silent, progress: unwatched, now: () => 0 },
  });

  test("that is a file compressed anew keeps the documents of the image that it was made from", async () => {
    const before = await sifOf("plain");
    const conversion = { ...DEFAULT_CONVERSION, compression: "gzip", level: 9 } as const;
    const target = { kind: "sif", path: join(dir, "gzip.sif"), shown: "gzip.sif" } as const;
    await writeTarget(target, await imported(before), { ...options(), conversion });
    const [old, fresh] = await Promise.all(
      [before, target.path].map((path) => openImage(path, { objects: [OBJECT.manifest] })),
    );
    if (old?.kind !== "sif" || fresh?.kind !== "sif") throw new Error("no SIF file");
    expect(fresh.partition.compressor).toBe("gzip");
    expect(fresh.objects.get(OBJECT.manifest)).toEqual(old.objects.get(OBJECT.manifest));
    expect(await entriesOf((await imported(target.path)).image)).toEqual(
      await entriesOf((await imported(before)).image),
    );
  });

  test("that is a file is not written again when nothing has changed", async () => {
    const ready = await imported(await sifOf("plain"));
    const target = { kind: "sif", path: join(dir, "again.sif"), shown: "again.sif" } as const;
    expect((await writeTarget(target, ready, options())).outcome).toBe("made");
    expect((await writeTarget(target, ready, options())).outcome).toBe("unchanged");
    const other = { ...target, path: join(dir, "other.sif") };
    expect((await writeTarget(other, ready, options())).outcome).toBe("copied");
  });

  test.skipIf(!hasUnsquashfs || !hasPack)(
    "that is a folder can be imported again (skipped without unsquashfs and berth-pack)",
    async () => {
      const ready = await imported(await sifOf("defined"));
      const target = { kind: "sandbox", path: join(dir, "box"), shown: "box" } as const;
      await writeTarget(target, ready, options());
      const { image } = await imported(target.path);
      expect((await entriesOf(image)).get(".singularity.d/runscript")?.text).toBe(SCRIPT);
    },
  );

  test("that fails leaves nothing behind", async () => {
    const ready = await imported(await sifOf("plain"));
    const broken = { ...ready, blobs: { open: async () => Readable.from([Buffer.from("no layer")]) } };
    const target = { kind: "oci-archive", path: join(dir, "broken.tar"), shown: "broken.tar" } as const;
    const none = { ...options(), layerCompression: "none" as const, cache };
    await expect(writeTarget({ ...target, path: "/nowhere/broken.tar" }, broken, none)).rejects.toThrow(/nowhere/);
  });
});
