import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeLayout } from "../support/oci-image.ts";
import { type FaultyRegistry, faultyRegistry } from "./faulty-registry.ts";
import { cacheIn, closeClients, imageOf, pull, readLayers } from "./pull-support.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-pull-"));
});
afterAll(async () => {
  await closeClients();
  await rm(dir, { recursive: true });
});

async function served(name: string, ...sizes: number[]): Promise<{ registry: FaultyRegistry; folder: string }> {
  const folder = join(dir, name);
  await imageOf(join(folder, "image"), ...sizes);
  return { folder, registry: await faultyRegistry({ app: join(folder, "image") }) };
}

test("a first pull fetches every document and layer once, a repeated one asks one question", async () => {
  const { registry, folder } = await served("repeat", 100_000, 5_000, 5_000);
  const cache = await cacheIn(folder);
  const first = await pull(`docker://${registry.host}/app:v1`, cache);
  await first.blobs.prefetch(first.image.manifest.layers);
  expect(await readLayers(first)).toHaveLength(3);
  expect(first.fresh).toBe(true);
  const blobs = registry.requests.filter((line) => line.includes("/blobs/"));
  expect(new Set(blobs).size).toBe(blobs.length);
  registry.requests.length = 0;
  const second = await pull(`docker://${registry.host}/app:v1`, cache);
  await readLayers(second);
  expect(registry.requests).toEqual(["HEAD /v2/app/manifests/v1"]);
  expect(second.image.descriptor).toEqual(first.image.descriptor);
  await registry.close();
});

test("a moved tag is noticed", async () => {
  const { registry, folder } = await served("moved", 1000);
  const cache = await cacheIn(folder);
  const first = await pull(`docker://${registry.host}/app:v1`, cache);
  await imageOf(join(folder, "image"), 2000);
  const second = await pull(`docker://${registry.host}/app:v1`, cache);
  expect(second.image.descriptor.digest).not.toBe(first.image.descriptor.digest);
  await registry.close();
});

test("a cached image is used, with a warning, when the registry is gone; not with policy always", async () => {
  const { registry, folder } = await served("gone", 1000);
  const cache = await cacheIn(folder);
  const uri = `docker://${registry.host}/app:v1`;
  await readLayers(await pull(uri, cache));
  await registry.close();
  const said: string[] = [];
  const log = { info() {}, debug() {}, warn: (text: string) => void said.push(text) };
  const again = await pull(uri, cache, { log });
  expect(again.fresh).toBe(false);
  expect(await readLayers(again)).toHaveLength(1);
  expect(said.join()).toContain("using the cached image");
  await expect(pull(uri, cache, { policy: "always" })).rejects.toMatchObject({ code: "E_CONNECT" });
});

test("policies missing and never ask nothing when the image is cached; never fails when it is not", async () => {
  const { registry, folder } = await served("policy", 1000);
  const cache = await cacheIn(folder);
  const uri = `docker://${registry.host}/app:v1`;
  await expect(pull(uri, cache, { policy: "never" })).rejects.toMatchObject({ code: "E_NOT_CACHED" });
  expect(registry.requests).toEqual([]);
  await readLayers(await pull(uri, cache, { policy: "missing" }));
  registry.requests.length = 0;
  for (const policy of ["missing", "never"] as const) await readLayers(await pull(uri, cache, { policy }));
  expect(registry.requests).toEqual([]);
  await registry.close();
});

test("an image named by digest is asked for once and never again", async () => {
  const folder = join(dir, "digest");
  const { digest } = await imageOf(join(folder, "image"), 1000);
  const registry = await faultyRegistry({ app: join(folder, "image") });
  const cache = await cacheIn(folder);
  await pull(`docker://${registry.host}/app@${digest}`, cache);
  registry.requests.length = 0;
  expect((await pull(`docker://${registry.host}/app@${digest}`, cache)).fresh).toBe(true);
  expect(registry.requests).toEqual([]);
  await registry.close();
});

test("the platform is chosen out of a cached index too, without the network", async () => {
  const folder = join(dir, "index");
  const image = (architecture: string) => ({
    layers: [{ entries: [{ path: architecture, content: architecture }] }],
    platform: { os: "linux", architecture },
  });
  await writeLayout(join(folder, "image"), { v1: [image("amd64"), image("arm64")] });
  const registry = await faultyRegistry({ app: join(folder, "image") });
  const cache = await cacheIn(folder);
  const uri = `docker://${registry.host}/app:v1`;
  const platforms = [
    { os: "linux", architecture: "arm64" },
    { os: "linux", architecture: "amd64" },
  ];
  for (const platform of platforms) await pull(uri, cache, { platform });
  registry.requests.length = 0;
  for (const platform of platforms)
    expect((await pull(uri, cache, { platform, policy: "never" })).image.config.architecture).toBe(
      platform.architecture,
    );
  await expect(pull(uri, cache, { platform: { os: "linux", architecture: "s390x" } })).rejects.toMatchObject({
    code: "E_PLATFORM_MISSING",
  });
  expect(registry.requests.filter((line) => !line.startsWith("HEAD"))).toEqual([]);
  await registry.close();
});

test("damaged documents and layers in the cache are fetched again", async () => {
  const { registry, folder } = await served("heal", 3000);
  const said: string[] = [];
  const cache = await cacheIn(folder, { info() {}, debug() {}, warn: (text) => void said.push(text) });
  const uri = `docker://${registry.host}/app:v1`;
  const first = await pull(uri, cache);
  await readLayers(first);
  for (const blob of await cache.blobs.list()) await writeFile(blob.path, Buffer.alloc(blob.size, 1));
  const again = await pull(uri, cache);
  // The layer's damage shows only when it has been read; whoever reads tries again.
  await expect(readLayers(again)).rejects.toMatchObject({ code: "E_BLOB_CORRUPT" });
  expect(await readLayers(again)).toHaveLength(1);
  expect(said).toHaveLength(3);
  await registry.close();
});

test("the cache may be removed in mid-run", async () => {
  const { registry, folder } = await served("removed", 3000, 4000);
  const cache = await cacheIn(folder);
  const pulled = await pull(`docker://${registry.host}/app:v1`, cache);
  await rm(join(folder, "cache"), { recursive: true });
  expect(await readLayers(pulled)).toHaveLength(2);
  await rm(join(folder, "cache"), { recursive: true });
  expect(await readLayers(pulled)).toHaveLength(2);
  expect(await readdir(join(folder, "cache/blob/partial"))).toEqual([]);
  await registry.close();
});
