// The same layers and options give the same bytes, whoever converts, wherever, with however many threads.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BerthError } from "../../src/base/errors.ts";
import { silent, unwatched } from "../../src/base/log.ts";
import { writeSquashfs } from "../../src/image/convert.ts";
import { mksquashfs, tar2sqfs } from "../../src/image/squashfs-writer/command.ts";
import { ExternalWriter } from "../../src/image/squashfs-writer/external-writer.ts";
import { layerTar } from "../support/oci-image.ts";
import { flattenToTar } from "./flatten-to-tree.ts";
import { convert, hasProgram, squashfsTree } from "./judges.ts";
import { memoryImage, OPTIONS } from "./memory-image.ts";
import { describe as describeTree } from "./tree.ts";

const hasWriter = await hasProgram("tar2sqfs");
const hasOther = await hasProgram("mksquashfs");

let scratch = "";
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "berth-same-"));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const lower = await layerTar(
  Array.from({ length: 200 }, (_, i) => ({
    path: `d${i % 7}/f${i}`,
    type: "file",
    content: `${i}`.repeat(1000 * (i % 40)),
  })),
);
const upper = await layerTar([
  { path: "d1/.wh.f1", type: "file", content: "" },
  { path: "d2/new", type: "file", content: "new" },
]);
const image = () => memoryImage([gzipSync(lower), zstdCompressSync(upper)]);

async function hashOf(file: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
}

describe.skipIf(!hasWriter)("the bytes of an image file", () => {
  test("do not depend on time zone, locale, folder, umask or the size of chunks", async () => {
    const first = join(scratch, "first");
    await convert(image(), first);
    const before = {
      tz: process.env["TZ"],
      lang: process.env["LC_ALL"],
      dir: process.cwd(),
      mask: process.umask(0o077),
    };
    try {
      Object.assign(process.env, { TZ: "Pacific/Kiritimati", LC_ALL: "de_DE.UTF-8", SOURCE_DATE_EPOCH: "12345" });
      await mkdir(join(scratch, "elsewhere"));
      const second = join(scratch, "elsewhere", "second");
      await convert(memoryImage([gzipSync(lower), zstdCompressSync(upper)], 777), second);
      expect(await hashOf(second)).toBe(await hashOf(first));
    } finally {
      process.umask(before.mask);
      for (const [name, value] of [
        ["TZ", before.tz],
        ["LC_ALL", before.lang],
        ["SOURCE_DATE_EPOCH", undefined],
      ] as const) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });

  test("do not depend on the number of threads", async () => {
    const { tar } = await flattenToTar(image());
    const hashes = new Set<string>();
    for (const jobs of [1, 2, 7]) {
      const target = join(scratch, `jobs-${jobs}`);
      const writer = new ExternalWriter(tar2sqfs("tar2sqfs", target, { ...OPTIONS, jobs }), target);
      writer.sink.write(tar);
      await writer.finish();
      hashes.add(await hashOf(target));
    }
    expect(hashes.size).toBe(1);
  });

  test.each(["zstd", "gzip", "xz", "lz4", "lzo"] as const)("may be compressed with %s", async (compression) => {
    const target = join(scratch, compression);
    await convert(image(), target, { compression, level: undefined, blockSize: 65_536 });
    expect((await squashfsTree(target)).get("d2/new")?.content).toBe("new");
  });
});

test.skipIf(!hasWriter || !hasOther)("mksquashfs, where there is nothing better, gives the same tree", async () => {
  const links = await layerTar([
    { path: "deep/down/file", type: "file", content: "x", xattrs: { "user.note": "kept" } },
    { path: "link", type: "link", target: "deep/down/file" },
  ]);
  const layers = memoryImage([links, gzipSync(lower), zstdCompressSync(upper)]);
  const { tar } = await flattenToTar(layers);
  const [ours, theirs] = [join(scratch, "by-tar2sqfs"), join(scratch, "by-mksquashfs")];
  await convert(layers, ours);
  const writer = new ExternalWriter(mksquashfs("mksquashfs", theirs, { ...OPTIONS, jobs: 2 }), theirs);
  writer.sink.write(tar);
  await writer.finish();
  const compared = { owners: true, xattrs: true, dirTimes: true };
  const lines = async (file: string) => describeTree(await squashfsTree(file), new Set(), compared);
  expect(await lines(theirs)).toEqual(await lines(ours));
});

describe.skipIf(!hasWriter)("a conversion that fails", () => {
  test.each([
    { compression: "zstd", words: /berth could not write the image file \(ENOENT: no such file or directory/ },
    {
      compression: "xz",
      words: /tar2sqfs could not write the image file \(exit status 1\).*No such file or directory/,
    },
  ] as const)("says in the writer's own words why the file could not be written: $compression", async (one) => {
    const options = { compression: one.compression, level: undefined };
    const target = join(scratch, "no", "such", "folder");
    const failure = await convert(image(), target, options).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BerthError);
    expect(String(failure)).toMatch(one.words);
  });

  test("leaves no file and no process when it is aborted", async () => {
    const target = join(scratch, "aborted");
    const { image: oci, blobs } = image();
    const stop = new AbortController();
    const slow = {
      open: async (...args: Parameters<typeof blobs.open>) => {
        const blob = await blobs.open(...args);
        return Readable.from(
          (async function* () {
            for await (const chunk of blob) {
              yield chunk as Buffer;
              stop.abort();
            }
          })(),
        );
      },
    };
    const context = { signal: stop.signal, log: silent, progress: unwatched };
    await expect(writeSquashfs(oci, slow, target, OPTIONS, context)).rejects.toThrow();
    expect(existsSync(target)).toBe(false);
    expect(execFileSync("ps", ["-eo", "args"]).toString()).not.toContain(target);
  });

  test("passes on what the source of blobs says", async () => {
    const { image: oci } = image();
    const blobs = {
      open: async () =>
        new Readable({
          read() {
            this.destroy(new Error("the registry is on fire"));
          },
        }),
    };
    const target = join(scratch, "burnt");
    const context = { log: silent, progress: unwatched };
    await expect(writeSquashfs(oci, blobs, target, OPTIONS, context)).rejects.toThrow("on fire");
    expect(existsSync(target)).toBe(false);
  });
});
