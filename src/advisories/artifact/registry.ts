// The store as an artifact of a registry: pushed by the machine that may reach the mirror, pulled by those that may not.

import type { Log, Progress } from "../../base/log.ts";
import { registryBlobs } from "../../oci/fetch/registry-image.ts";
import { push } from "../../oci/push/push-image.ts";
import type { Reference } from "../../oci/reference.ts";
import { formatReference } from "../../oci/reference.ts";
import type { RegistryClient } from "../../oci/registry/client.ts";
import type { Cache } from "../../oci/store/cache.ts";
import type { AdvisoryStore } from "../store/store.ts";
import { withArtifact } from "./artifact.ts";
import { type TakeOptions, takeArtifact } from "./take-artifact.ts";

export interface RegistryWay {
  readonly client: () => Promise<RegistryClient>;
  readonly log: Log;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/** Pushes the store; answers with the digest of its manifest. @throws E_PUSH_…, E_AUTH_… */
export async function pushStore(
  store: AdvisoryStore,
  reference: Reference,
  way: RegistryWay & { readonly tempDir: string },
): Promise<string> {
  return await withArtifact(store, way, async (artifact) => {
    await push(artifact, reference, await way.client(), way);
    return artifact.descriptor.digest;
  });
}

/** Brings the store from a registry; parts that the cache has are not fetched again. @throws E_ADVISORY_…, and what the client does */
export async function pullStore(
  root: string,
  reference: Reference,
  options: TakeOptions & RegistryWay & { readonly cache: Cache },
): Promise<AdvisoryStore> {
  const { client, cache, log, progress, signal, now } = options;
  const { bytes } = await (await client()).manifest(reference, undefined, { signal });
  const blobs = registryBlobs({
    ...{ reference, client, cache, log, progress, signal },
    platform: { os: "linux", architecture: "amd64" },
    policy: "always",
    now: () => now().getTime(),
  });
  return await takeArtifact(root, { manifestBytes: bytes, blobs, what: formatReference(reference) }, options);
}
