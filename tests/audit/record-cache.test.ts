// Records of layers by digest: found again, made anew when they are damaged or foreign, bounded, and never in the way.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { auditImage } from "../../src/audit/audit-image.ts";
import { recordCache } from "../../src/audit/record-cache.ts";
import { digestOf } from "../../src/base/digest.ts";
import { silent } from "../../src/base/log.ts";
import { type MemoryImage, memoryImage } from "../flatten/memory-image.ts";
import { layerTar, whiteout } from "../support/oci-image.ts";

const scratch = mkdtempSync(join(tmpdir(), "berth-audit-cache-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const LAYERS = await Promise.all([
  layerTar([
    { path: "etc/passwd", content: "root:x:0:0::/root:/bin/sh\n" },
    { path: "usr/lib/os-release", content: "ID=debian\nVERSION_ID=13\n" },
    { path: "root/.netrc", content: "machine x login y password zzzzzz\n" },
    { path: Buffer.from("caf\xe9", "latin1").toString("latin1"), content: "" },
    { path: "link", type: "symlink", target: "etc/passwd" },
  ]),
  layerTar([whiteout("root/.netrc"), { path: "opt/x", content: "\x7fELF..." }]),
]);

/** The image, and how often its blobs were opened. */
function counted(): MemoryImage & { readonly opened: string[] } {
  const { image, blobs } = memoryImage(LAYERS);
  const opened: string[] = [];
  return {
    image,
    opened,
    blobs: {
      open(descriptor, options) {
        opened.push(descriptor.digest);
        return blobs.open(descriptor, options);
      },
    },
  };
}

function folder(name: string): string {
  const root = join(scratch, name);
  mkdirSync(root);
  return root;
}

const records = (root: string) =>
  readdirSync(join(root, "audit", "sha256")).map((name) => join(root, "audit", "sha256", name));

test("what layers hold is read once, and told the same from then on", async () => {
  const root = folder("twice");
  const { image, blobs, opened } = counted();
  const first = await auditImage({ name: "x", image, blobs }, { cache: recordCache(root, silent) });
  const second = await auditImage({ name: "x", image, blobs }, { cache: recordCache(root, silent) });
  expect(second).toEqual(first);
  expect(opened.length).toBe(2);
  expect(second.catalogue?.distribution?.id).toBe("debian");
  expect(readdirSync(join(root, "audit", "sha256")).every((name) => !name.startsWith("."))).toBe(true);
});

const damages: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  "is cut short": (bytes) => bytes.subarray(0, bytes.length / 2),
  "is empty": () => Buffer.alloc(0),
  "has a bit that fell over": (bytes) => {
    const changed = Buffer.from(bytes);
    changed[bytes.length - 9] = (changed[bytes.length - 9] ?? 0) ^ 4;
    return changed;
  },
  "is of another version": (bytes) => edited(bytes, (text) => text.replace(/"version":"[^"]*"/, '"version":"0.0"')),
  "is of another layer": (bytes) => edited(bytes, (text) => text.replace(/sha256:[0-9a-f]{64}/, digestOf("other"))),
  "has another form": (bytes) => edited(bytes, (text) => text.replace('"entries":[', '"entries":[7,')),
  "is no JSON": () => zstdCompressSync(Buffer.from("{")),
};

function edited(bytes: Buffer, edit: (text: string) => string): Buffer {
  return zstdCompressSync(Buffer.from(edit(zstdDecompressSync(bytes).toString())));
}

test.each(Object.keys(damages))("a record that %s is dropped and made again", async (name) => {
  const root = folder(name);
  const { image, blobs, opened } = counted();
  const cache = recordCache(root, silent);
  const first = await auditImage({ name: "x", image, blobs }, { cache });
  for (const path of records(root)) writeFileSync(path, damages[name]?.(readFileSync(path)) ?? "");
  expect(await auditImage({ name: "x", image, blobs }, { cache })).toEqual(first);
  expect(opened.length).toBe(4);
  expect(await auditImage({ name: "x", image, blobs }, { cache })).toEqual(first);
  expect(opened.length).toBe(4);
});

test("where nothing can be kept, images are read all the same", async () => {
  const root = folder("no-folder");
  writeFileSync(join(root, "audit"), "a file where the folder should be");
  const { image, blobs } = counted();
  const found = await auditImage({ name: "x", image, blobs }, { cache: recordCache(root, silent), now: Date.now() });
  expect(found.files?.entries.length).toBe(5);
});

const tiny = mkdtempSync(join(tmpdir(), "berth-audit-full-"));
const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", tiny]).status === 0;
afterAll(() => {
  if (mounted) spawnSync("umount", [tiny]);
  rmSync(tiny, { recursive: true, force: true });
});
const why = mounted ? "" : " (skipped: only root may mount)";

test.skipIf(!mounted)(`a full disk costs time, and leaves nothing half written${why}`, async () => {
  writeFileSync(join(tiny, "filler"), Buffer.alloc(4096));
  const { image, blobs } = counted();
  const found = await auditImage({ name: "x", image, blobs }, { cache: recordCache(tiny, silent), now: Date.now() });
  expect(found.files?.entries.length).toBe(5);
  expect(readdirSync(tiny, { recursive: true }).filter((name) => /[0-9a-f]{64}/.test(String(name)))).toEqual([]);
});

test("old records go, then those that were not used for longest, and what others left unfinished", async () => {
  const root = folder("trim");
  const { image, blobs } = counted();
  const now = Date.UTC(2026, 0, 1);
  const cache = recordCache(root, silent, { maxBytes: 1500, maxDays: 30 });
  await auditImage({ name: "x", image, blobs }, { cache });
  const [one, two] = records(root);
  if (!one || !two) throw new Error("no records");
  const put = (name: string, days: number, size: number) => {
    const path = join(root, "audit", "sha256", name);
    writeFileSync(path, Buffer.alloc(size));
    const seconds = now / 1000 - days * 86_400;
    utimesSync(path, seconds, seconds);
  };
  for (const path of [one, two]) utimesSync(path, now / 1000, now / 1000);
  put("old", 31, 10);
  put("large", 5, 2000);
  put("small", 4, 10);
  put(".partial-a", 2, 10);
  put(".partial-b", 0, 10);
  await cache.trim(now);
  expect(
    readdirSync(join(root, "audit", "sha256"))
      .filter((name) => name.length < 20)
      .sort(),
  ).toEqual([".partial-b", "small"]);
  expect(records(root)).toEqual(expect.arrayContaining([one, two]));
});

test("many audits of one image at once give one answer, and one record for each layer", async () => {
  const root = folder("together");
  const { image, blobs } = counted();
  const audits = Array.from({ length: 12 }, () =>
    auditImage({ name: "x", image, blobs }, { cache: recordCache(root, silent) }),
  );
  const [first, ...others] = await Promise.all(audits);
  for (const other of others) expect(other).toEqual(first);
  expect(records(root).length).toBe(2);
});

test("nothing is kept of a layer that turns out wrong at its end", async () => {
  const root = folder("wrong");
  const { image, blobs } = memoryImage(LAYERS);
  const torn = {
    open: async (...[descriptor, options]: Parameters<typeof blobs.open>) => {
      const whole = await blobs.open(descriptor, options);
      return Readable.from(
        (async function* () {
          yield* whole as AsyncIterable<Buffer>;
          throw new Error("the digest is wrong");
        })(),
      );
    },
  };
  const cache = recordCache(root, silent);
  await expect(auditImage({ name: "x", image, blobs: torn }, { cache })).rejects.toThrow("the digest is wrong");
  expect(() => records(root)).toThrow(/ENOENT/);
});

test("records are for their owner's eyes", async () => {
  const root = folder("private");
  chmodSync(root, 0o755);
  const { image, blobs } = counted();
  await auditImage({ name: "x", image, blobs }, { cache: recordCache(root, silent) });
  expect(statSync(join(root, "audit")).mode & 0o777).toBe(0o700);
  for (const path of records(root)) expect(statSync(path).mode & 0o777).toBe(0o600);
});
