import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { digestOf } from "../../base/digest.ts";
import { defineErrors } from "../../base/errors.ts";
import { silent } from "../../base/log.ts";
import { composeImage } from "../compose.ts";
import { PLAIN_LAYER } from "../layers/pack-image.ts";
import { parseReference } from "../reference.ts";
import { type Cache, openCache } from "../store/cache.ts";
import { type PullClient, pullFromRegistry, type RegistryPull } from "./registry-image.ts";

const LAYER = Buffer.from("the bytes of a layer");
const layer = { mediaType: PLAIN_LAYER, digest: digestOf(LAYER), size: LAYER.length };
const configBytes = Buffer.from(JSON.stringify({ rootfs: { diff_ids: [layer.digest] } }));
const image = composeImage({ configBytes, layers: [layer] });
const { descriptor } = image;

const registry: PullClient = {
  resolve: async () => descriptor,
  manifest: async () => ({ descriptor, bytes: image.manifestBytes }),
  blob: async (_, { digest }) => {
    const body = digest === layer.digest ? LAYER : configBytes;
    return { body: Readable.from([body], { objectMode: false }), ranged: true, total: body.length };
  },
};

let dir: string;
let cache: Cache;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-registry-image-"));
  cache = await openCache({ root: join(dir, "cache"), tempDir: dir, log: silent });
});
afterEach(() => rm(dir, { recursive: true }));

function pull(more: Partial<RegistryPull> = {}) {
  const platform = { os: "linux", architecture: "amd64" };
  const reference = parseReference("r.example/app:v1");
  const common = { reference, platform, policy: "newer", cache, log: silent, now: () => 1 } as const;
  return pullFromRegistry({ client: async () => registry, ...common, ...more });
}

test("an image has the size of its manifest, whatever a registry announced", async () => {
  const resolve = async () => ({ ...descriptor, size: descriptor.size + 7 });
  const pulled = await pull({ client: async () => ({ ...registry, resolve }) });
  expect(pulled.image.descriptor).toEqual(descriptor);
});

test("with the policy never a layer that has gone from the cache is not fetched either", async () => {
  await pull();
  const { blobs } = await pull({ policy: "never" });
  await expect(blobs.open(layer, {})).rejects.toMatchObject({ code: "E_NOT_CACHED" });
});

test.each([
  [502, "the cached image serves"],
  [500, "it is told"],
])("a failure with the status %i: %s", async (http) => {
  await pull();
  const client = async () => {
    throw defineErrors({ E_ANY: { text: "no client", http } })("E_ANY");
  };
  const again = pull({ client });
  if (http === 502) expect(await again).toMatchObject({ fresh: false });
  else await expect(again).rejects.toMatchObject({ code: "E_ANY" });
});
