// The store in other tools' eyes, and SIF files kept in a registry.

import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { silent } from "../../src/base/log.ts";
import { pullSif } from "../../src/oci/fetch/sif-artifact.ts";
import { parseReference } from "../../src/oci/reference.ts";
import { registryClient } from "../../src/oci/registry/client.ts";
import { repository } from "../../src/oci/registry-server/repositories.ts";
import { serveRegistry } from "../../src/oci/registry-server/server.ts";
import { cacheIn, closeClients, imageOf, PLATFORM, pull, readLayers } from "./pull-support.ts";

const run = promisify(execFile);
const works = (program: string) => {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-tools-"));
});
afterAll(async () => {
  await closeClients();
  await rm(dir, { recursive: true });
});

test.skipIf(!works("skopeo") || !works("umoci"))(
  "skopeo and umoci read what was pulled out of the store, which is an OCI layout (skipped without them)",
  async () => {
    const { digest } = await imageOf(join(dir, "image"), 50_000, 100);
    const registry = await serveRegistry({ repositories: { app: join(dir, "image") } });
    const cache = await cacheIn(join(dir, "store"));
    const name = `${registry.host}/app:v1`;
    await readLayers(await pull(`docker://${name}`, cache));
    // Copying reads every blob; skopeo packs plain layers on the way, so the manifest is compared before.
    const raw = await run("skopeo", ["inspect", "--raw", `oci:${cache.blobs.root}:${name}`]);
    expect(digestOf(raw.stdout)).toBe(digest);
    await run("skopeo", ["copy", `oci:${cache.blobs.root}:${name}`, `oci:${join(dir, "copy")}:v1`]);
    expect((await run("umoci", ["list", "--layout", cache.blobs.root])).stdout.trim()).toBe(name);
    await registry.close();
  },
);

test("a SIF file kept as an artifact arrives byte for byte; anything else is refused", async () => {
  const sif = Buffer.from("#!/usr/bin/env run-singularity\nnot really".repeat(1000));
  const config = Buffer.from("{}");
  const place = join(dir, "artifacts");
  const kept = repository(place);
  const describe = async (mediaType: string, bytes: Buffer) => {
    const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
    await kept.store.put(descriptor, bytes);
    return descriptor;
  };
  const artifact = async (tag: string, layerType: string) => {
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const layers = [await describe(layerType, sif)];
    const manifest = {
      schemaVersion: 2,
      mediaType,
      config: await describe("application/vnd.sylabs.sif.config.v1+json", config),
      layers,
    };
    await kept.setManifest(tag, Buffer.from(JSON.stringify(manifest)), mediaType);
  };
  await artifact("v1", "application/vnd.sylabs.sif.layer.v1.sif");
  await artifact("other", "application/octet-stream");
  const registry = await serveRegistry({ repositories: { image: place } });
  const client = registryClient({ env: {}, retry: { retries: 0 } });
  const cache = await cacheIn(join(dir, "sif"));
  const request = (tag: string) => ({
    ...{ cache, platform: PLATFORM, policy: "newer" as const, log: silent, now: () => 1 },
    reference: parseReference(`${registry.host}/image:${tag}`),
    client: async () => client,
  });
  const pulled = await pullSif(request("v1"));
  expect((await readFile(pulled.path)).equals(sif)).toBe(true);
  await expect(pullSif(request("other"))).rejects.toMatchObject({ code: "E_SIF_NONE" });
  await expect(pull(`docker://${registry.host}/image:v1`, cache)).rejects.toThrow(
    "no extractable OCI/Docker tar layers",
  );
  await client.close();
  await registry.close();
});
