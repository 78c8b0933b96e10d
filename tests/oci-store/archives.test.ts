// Archives and layouts as independent tools write them: the image found in each must be the image that went in.

import { execFile, execFileSync } from "node:child_process";
import { createReadStream, createWriteStream } from "node:fs";
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createGzip, createZstdCompress } from "node:zlib";
import { pack } from "tar-stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silent } from "../../src/base/log.ts";
import { parseDaemonHost } from "../../src/oci/archive/daemon-socket.ts";
import { contentStore } from "../../src/oci/store/content-store.ts";
import type { ImageManifest } from "../../src/oci/types.ts";
import { writeLayout } from "../support/oci-image.ts";
import { cacheIn, pull, readLayers } from "./pull-support.ts";

const run = promisify(execFile);
const works = (program: string, ...args: string[]) => {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};
const hasSkopeo = works("skopeo", "--version");
const hasXz = works("xz", "--version");

let dir: string;
let layout: string;
let diffIds: readonly string[];
let digests: Record<string, string>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-archives-"));
  layout = join(dir, "layout");
  const base = {
    entries: [
      { path: "etc/os", content: "debian" },
      { path: "big", content: Buffer.alloc(2_000_000, "big") },
    ],
  };
  const image = { layers: [base, { entries: [{ path: "app", content: "1" }] }], config: { Cmd: ["/app"] } };
  const tagged = await writeLayout(layout, { v1: image, v2: { layers: [base] } });
  digests = Object.fromEntries(Object.entries(tagged).map(([tag, { digest }]) => [tag, digest]));
  const store = contentStore(layout, { log: silent });
  const v1 = tagged["v1"];
  const manifest = JSON.parse((await store.read(v1 ?? { digest: "" as never, size: 0 })).toString()) as ImageManifest;
  diffIds = JSON.parse((await store.read(manifest.config)).toString()).rootfs.diff_ids;
});
afterAll(() => rm(dir, { recursive: true }));

async function found(uri: string, name = uri) {
  const cache = await cacheIn(join(dir, `cache-${Buffer.from(name).toString("hex").slice(-60)}`));
  const pulled = await pull(uri, cache);
  await readLayers(pulled);
  return { ...pulled, cache };
}

const packers = { gzip: () => createGzip(), zstd: () => createZstdCompress() };
async function packed(path: string, how: keyof typeof packers): Promise<string> {
  await pipeline(createReadStream(path), packers[how](), createWriteStream(`${path}.${how}`));
  return `${path}.${how}`;
}

describe("an OCI layout folder", () => {
  test("is read by tag and by digest", async () => {
    for (const tag of ["v1", "v2"]) {
      expect((await found(`oci:${layout}:${tag}`)).image.descriptor.digest).toBe(digests[tag]);
      expect((await found(`oci:${layout}@${digests[tag]}`)).image.descriptor.digest).toBe(digests[tag]);
    }
  });

  test("with several images asks for a digest and lists them", async () => {
    await expect(found(`oci:${layout}`)).rejects.toMatchObject({ code: "E_LAYOUT_SEVERAL" });
    await expect(found(`oci:${layout}`)).rejects.toThrow(
      `must specify a digest - layout contains multiple images: ${digests["v1"]}`,
    );
    await expect(found(`oci:${layout}:v9`)).rejects.toMatchObject({ code: "E_LAYOUT_IMAGE" });
    await expect(found(`oci:${dir}`)).rejects.toMatchObject({ code: "E_LAYOUT_FORM" });
  });

  test("with a damaged blob ends in an error that names it", async () => {
    const copy = join(dir, "damaged");
    await run("cp", ["-r", layout, copy]);
    for (const name of await readdir(join(copy, "blobs/sha256"))) {
      const path = join(copy, "blobs/sha256", name);
      const bytes = await readFile(path);
      if (bytes[0] === 0x1f) await writeFile(path, bytes.fill(7, 20, 21));
    }
    await expect(found(`oci:${copy}:v2`)).rejects.toMatchObject({ code: "E_DIGEST_MISMATCH" });
  });
});

describe.skipIf(!hasSkopeo)("archives written by skopeo (skipped without skopeo)", () => {
  const made = async (transport: string, ...names: string[]) => {
    const path = join(dir, `${transport}.tar`);
    if (
      await readFile(path).then(
        () => false,
        () => true,
      )
    )
      await run("skopeo", ["copy", `oci:${layout}:v1`, `${transport}:${path}:${names[0]}`]);
    return path;
  };

  test("a docker archive gives the same layers, plain or packed, and its image is the same each time", async () => {
    const path = await made("docker-archive", "example.org/app:v1");
    const uris = [
      path,
      `${path}:example.org/app:v1`,
      `${path}:@0`,
      await packed(path, "gzip"),
      await packed(path, "zstd"),
    ];
    const seen = new Set<string>();
    for (const uri of uris) {
      const { image } = await found(`docker-archive:${uri}`);
      expect(image.manifest.layers.map((layer) => layer.digest)).toEqual(diffIds);
      expect(image.config.config?.Cmd).toEqual(["/app"]);
      seen.add(image.descriptor.digest);
    }
    expect(seen.size).toBe(1);
  });

  test("a plain archive is read in place: nothing of it is copied into the store", async () => {
    const { cache } = await found(`docker-archive:${await made("docker-archive", "example.org/app:v1")}`, "in-place");
    expect(await cache.blobs.list()).toEqual([]);
  });

  test.skipIf(!hasXz)("an archive packed with xz is read through xz (skipped without xz)", async () => {
    const path = await made("docker-archive", "example.org/app:v1");
    await run("xz", ["--keep", "-0", path]);
    expect((await found(`docker-archive:${path}.xz`)).image.manifest.layers).toHaveLength(2);
    await truncate(`${path}.xz`, 10_000 < (await readFile(`${path}.xz`)).length ? 10_000 : 500);
    await expect(found(`docker-archive:${path}.xz`, "cut-xz")).rejects.toMatchObject({ code: "E_ARCHIVE_FORM" });
  });

  test("an OCI archive keeps the manifest's digest, plain or packed", async () => {
    const path = await made("oci-archive", "v1");
    for (const uri of [path, `${path}:v1`, `${path}@${digests["v1"]}`, await packed(path, "gzip")])
      expect((await found(`oci-archive:${uri}`)).image.descriptor.digest).toBe(digests["v1"]);
    // Some engines' docker archives are OCI layouts as well.
    expect((await found(`docker-archive:${path}`)).image.descriptor.digest).toBe(digests["v1"]);
    await expect(found(`oci-archive:${path}:v7`)).rejects.toMatchObject({ code: "E_LAYOUT_IMAGE" });
  });

  test("an unchanged packed archive is not unpacked again, a changed one is", async () => {
    const path = await packed(await made("docker-archive", "example.org/app:v1"), "gzip");
    const cache = await cacheIn(join(dir, "again"));
    const first = await pull(`docker-archive:${path}`, cache);
    const at = (await cache.references.list())[0];
    await readLayers(await pull(`docker-archive:${path}`, cache, { now: () => 9 }));
    expect((await cache.references.list())[0]).toEqual(at);
    await utimes(path, new Date(), new Date(0));
    const third = await pull(`docker-archive:${path}`, cache, { now: () => 9 });
    expect((await cache.references.list())[0]?.checked).toBe(9);
    expect(third.image.descriptor).toEqual(first.image.descriptor);
  });

  test("an engine's image arrives through its socket", async () => {
    const archive = await made("docker-archive", "example.org/app:v1");
    const asked: string[] = [];
    const engine = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      if (!request.url?.includes("app%3Av1")) response.writeHead(404).end('{"message":"No such image: nothing:v1"}');
      else if (request.url.endsWith("/json")) response.end('{"Id":"sha256:1"}');
      else createReadStream(archive).pipe(response);
    });
    const socket = join(dir, "engine.sock");
    await new Promise<void>((resolve) => engine.listen(socket, resolve));
    const daemon = async () => parseDaemonHost(`unix://${socket}`);
    const cache = await cacheIn(join(dir, "engine"));
    const pulled = await pull("docker-daemon:example.org/app:v1", cache, { daemon });
    expect((await readLayers(pulled)).length).toBe(2);
    const path = "GET /images/example.org%2Fapp%3Av1";
    expect(asked.splice(0)).toEqual([`${path}/json`, `${path}/get`]);
    // Unchanged by the engine's own word: not exported again.
    const again = await pull("docker-daemon:example.org/app:v1", cache, { daemon });
    expect(again.image.descriptor).toEqual(pulled.image.descriptor);
    expect(asked).toEqual([`${path}/json`]);
    await expect(pull("docker-daemon:nothing:v1", cache, { daemon })).rejects.toThrow("No such image");
    await new Promise((resolve) => engine.close(resolve));
    await expect(pull("docker-daemon:example.org/app:v1", cache, { daemon })).rejects.toThrow(
      `Cannot connect to the Docker daemon at unix://${socket}`,
    );
  });
});

describe("archives that nobody should have written", () => {
  const archive = async (name: string, entries: readonly { name: string; content?: string; link?: string }[]) => {
    const tar = pack();
    for (const { name: member, content, link } of entries)
      if (link === undefined) tar.entry({ name: member }, content ?? "");
      else tar.entry({ name: member, type: "symlink", linkname: link });
    tar.finalize();
    const path = join(dir, `${name}.tar`);
    await writeFile(path, await buffer(tar));
    return path;
  };
  const cases: readonly [string, string, Parameters<typeof archive>[1]][] = [
    ["a member above the archive", "E_ARCHIVE_PATH", [{ name: "../x" }]],
    ["an absolute member", "E_ARCHIVE_PATH", [{ name: "/etc/passwd" }]],
    ["a link that leads out", "E_ARCHIVE_PATH", [{ name: "a/layer.tar", link: "../../etc/passwd" }]],
    ["neither list of images", "E_ARCHIVE_FORM", [{ name: "x" }]],
    ["an empty list", "E_ARCHIVE_FORM", [{ name: "manifest.json", content: "[]" }]],
    ["a list that is no JSON", "E_ARCHIVE_FORM", [{ name: "manifest.json", content: "}{" }]],
    ["a list of the wrong shape", "E_ARCHIVE_FORM", [{ name: "manifest.json", content: '[{"Config":1}]' }]],
    [
      "a configuration that is missing",
      "E_ARCHIVE_MEMBER",
      [{ name: "manifest.json", content: '[{"Config":"c","Layers":[]}]' }],
    ],
    [
      "links that run in a circle",
      "E_ARCHIVE_MEMBER",
      [
        { name: "manifest.json", content: '[{"Config":"a","Layers":[]}]' },
        { name: "a", link: "b" },
        { name: "b", link: "a" },
      ],
    ],
    [
      "several images",
      "E_ARCHIVE_SEVERAL",
      [
        {
          name: "manifest.json",
          content: '[{"Config":"a","RepoTags":["a:1"],"Layers":[]},{"Config":"b","RepoTags":["b:1"],"Layers":[]}]',
        },
      ],
    ],
  ];
  test.each(cases)("%s is refused with %s, plain and packed", async (name, code, entries) => {
    const path = await archive(name.replaceAll(" ", "-"), entries);
    await expect(found(`docker-archive:${path}`)).rejects.toMatchObject({ code });
    await expect(found(`docker-archive:${await packed(path, "gzip")}`)).rejects.toMatchObject({ code });
  });

  test("a layer that is not what the configuration says is refused", async () => {
    const config = JSON.stringify({
      os: "linux",
      architecture: "amd64",
      rootfs: { type: "layers", diff_ids: [`sha256:${"0".repeat(64)}`] },
    });
    const path = await archive("wrong-layer", [
      { name: "manifest.json", content: '[{"Config":"c.json","Layers":["l/layer.tar"]}]' },
      { name: "c.json", content: config },
      { name: "l/layer.tar", content: "not this" },
    ]);
    await expect(found(`docker-archive:${path}`)).rejects.toMatchObject({ code: "E_DIGEST_MISMATCH" });
    await expect(found(`docker-archive:${await packed(path, "gzip")}`)).rejects.toMatchObject({
      code: "E_DIGEST_MISMATCH",
    });
  });

  test("files that are no archives, or cut short, are called so", async () => {
    const text = join(dir, "text.tar");
    await writeFile(text, "hello".repeat(1000));
    await expect(found(`docker-archive:${text}`)).rejects.toThrow("it is no tar archive");
    await expect(found(`docker-archive:${join(dir, "nothing.tar")}`)).rejects.toMatchObject({ code: "E_ARCHIVE_OPEN" });
    const cut = await archive("cut", [{ name: "manifest.json", content: "x".repeat(5000) }]);
    await truncate(cut, 3000);
    await expect(found(`docker-archive:${cut}`)).rejects.toMatchObject({ code: "E_ARCHIVE_FORM" });
    const gz = await packed(await archive("cutgz", [{ name: "manifest.json", content: "[]" }]), "gzip");
    await truncate(gz, 60);
    await expect(found(`docker-archive:${gz}`)).rejects.toMatchObject({ code: "E_ARCHIVE_FORM" });
    await appendFile(text, "more");
  });
});
