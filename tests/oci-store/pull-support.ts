// What the tests of pulls share: an image of random layers, and a pull of it with a real client.

import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { digestOf } from "../../src/base/digest.ts";
import { type Log, silent } from "../../src/base/log.ts";
import { blobSource, type FetchingBlobs } from "../../src/oci/fetch/blob-source.ts";
import type { Patience } from "../../src/oci/fetch/transfer.ts";
import { type Pulled, type PullRequest, pullImage } from "../../src/oci/pull.ts";
import { parseReference } from "../../src/oci/reference.ts";
import { registryClient } from "../../src/oci/registry/client.ts";
import { type Cache, openCache } from "../../src/oci/store/cache.ts";
import { contentStore } from "../../src/oci/store/content-store.ts";
import type { Descriptor } from "../../src/oci/types.ts";
import { parseImageUri } from "../../src/oci/uri.ts";
import { HOST_ARCHITECTURE, writeLayout } from "../support/oci-image.ts";

export const PLATFORM = { os: "linux", architecture: HOST_ARCHITECTURE };
export const QUICK: Patience = { tries: 3, pauseMs: 1, pauseMaxMs: 10, idleMs: 2_000, vainMs: 10_000 };

/** An image with layers of these sizes (random bytes, so that they stay as large when packed). */
export async function imageOf(folder: string, ...sizes: number[]): Promise<Descriptor> {
  await mkdir(folder, { recursive: true });
  const layers = sizes.map((size, at) => ({
    entries: [{ path: `file${at}`, content: randomBytes(size) }],
    compression: "none" as const,
  }));
  const tagged = await writeLayout(folder, { v1: { layers } });
  if (!tagged["v1"]) throw new Error("no image");
  return tagged["v1"];
}

/** Opens a cache in a folder of the test. */
export function cacheIn(folder: string, log: Log = silent): Promise<Cache> {
  return openCache({ root: join(folder, "cache"), tempDir: join(folder, "tmp"), log });
}

/** Pulls `uri`; what is not said is as for a plain user. */
export async function pull(uri: string, cache: Cache, more: Partial<PullRequest> = {}): Promise<Pulled> {
  const client = registryClient({ env: {}, retry: { retries: 0 } });
  try {
    return await pullImage({
      source: parseImageUri(uri),
      platform: PLATFORM,
      policy: "newer",
      client: async () => client,
      daemon: () => Promise.reject(new Error("no daemon")),
      cache,
      log: silent,
      now: () => 1_700_000_000_000,
      ...more,
    });
  } finally {
    if (!more.client) opened.push(client);
  }
}

const opened: { close(): Promise<void> }[] = [];

/** Closes the clients of all pulls; for `afterAll`. */
export async function closeClients(): Promise<void> {
  await Promise.all(opened.splice(0).map((client) => client.close()));
}

/** Reads every layer through its verifier; the sizes are given back. */
export async function readLayers(pulled: Pick<Pulled, "image" | "blobs">): Promise<number[]> {
  const sizes: number[] = [];
  for (const layer of pulled.image.manifest.layers) {
    const bytes = await buffer(await pulled.blobs.open(layer, {}));
    if (digestOf(bytes) !== layer.digest) throw new Error("unverified bytes");
    sizes.push(bytes.length);
  }
  return sizes;
}

/** A blob source of its own on a layout served at `host` as `app`. */
export function blobsAt(
  host: string,
  root: string,
  more: Partial<Parameters<typeof blobSource>[0]> = {},
): FetchingBlobs {
  const client = registryClient({ env: {}, retry: { retries: 0 } });
  opened.push(client);
  const reference = parseReference(`${host}/app:v1`);
  return blobSource({
    store: contentStore(root, { log: silent }),
    fetch: (descriptor, request) => client.blob(reference, descriptor, request),
    log: silent,
    patience: QUICK,
    ...more,
  });
}
