// An image named by a registry reference: what is asked of the network, what is taken from the cache, and what happens
// when the registry cannot be reached. Documents are kept in the store, so an unchanged tag costs one question.

import { buffer } from "node:stream/consumers";
import { checkBytes } from "../../base/digest.ts";
import { BerthError, defineErrors, hasCode } from "../../base/errors.ts";
import { type Log, type Progress, unwatched } from "../../base/log.ts";
import { type Documents, resolveFrom } from "../image-resolution.ts";
import { formatReference, type Reference } from "../reference.ts";
import type { Cache } from "../store/cache.ts";
import { DOCUMENT_LIMIT } from "../store/content-store.ts";
import type { Descriptor, OciImage, Platform } from "../types.ts";
import type { BlobReply, BlobRequest } from "./blob-client.ts";
import { blobSource, type FetchingBlobs } from "./blob-source.ts";

const fail = defineErrors({
  E_NOT_CACHED: {
    text: "{name} is not in the cache, and the pull policy is never",
    hint: "pull it first, or leave out --pull never",
    http: 404,
  },
  E_DOCUMENT_LARGE: {
    text: "a document of {name} has {size} bytes, more than the {limit} that are read",
    hint: "no image needs that much; the registry or the image is not to be trusted",
    http: 502,
  },
});

/** When a registry is asked: always; only when nothing is cached; never; or for news, with the cache as a stand-in. */
export type PullPolicy = "always" | "missing" | "never" | "newer";

/** What is needed of a registry client. */
export interface PullClient {
  resolve(reference: Reference, options: { readonly signal?: AbortSignal | undefined }): Promise<Descriptor>;
  manifest(
    reference: Reference,
    digest: Descriptor["digest"] | undefined,
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<{ readonly descriptor: Descriptor; readonly bytes: Uint8Array }>;
  blob(reference: Reference, descriptor: Descriptor, options: BlobRequest): Promise<BlobReply>;
}

export interface RegistryPull {
  readonly reference: Reference;
  readonly platform: Platform;
  readonly policy: PullPolicy;
  /** Called only when the network is needed. */
  readonly client: () => Promise<PullClient>;
  readonly cache: Cache;
  readonly log: Log;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly downloads?: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What a reference led to. */
export interface Found {
  readonly root: Descriptor;
  /** True when the registry has confirmed it in this run, or its digest is the name. */
  readonly fresh: boolean;
}

/** The image and its blobs. @throws E_NOT_CACHED, and what the client and the documents make fail */
export async function pullFromRegistry(
  pull: RegistryPull,
): Promise<{ readonly image: OciImage; readonly blobs: FetchingBlobs; readonly fresh: boolean }> {
  const name = formatReference(pull.reference);
  const found = await findRoot(pull);
  const documents = keptDocuments(pull);
  const image = await resolveFrom(documents, found.root, pull.platform, name);
  if (found.fresh && pull.policy !== "never") await remember(pull, found.root);
  return { image, blobs: registryBlobs(pull), fresh: found.fresh };
}

/** Finds the manifest or index that a reference stands for, asking the registry as the policy says. */
export async function findRoot(pull: RegistryPull): Promise<Found> {
  const { reference, policy, log, cache } = pull;
  const name = formatReference(reference);
  const cached = (await cache.references.find(name))?.target;
  const usable = cached && (await cache.blobs.has(cached)) ? cached : undefined;
  // A digest names its content: there is nothing newer to ask for.
  if (usable && (reference.digest || policy === "missing" || policy === "never"))
    return { root: usable, fresh: reference.digest !== undefined };
  if (policy === "never") throw fail("E_NOT_CACHED", { name });
  try {
    const client = await pull.client();
    return { root: await client.resolve(reference, { signal: pull.signal }), fresh: true };
  } catch (error) {
    if (!usable || policy === "always" || !outOfReach(error)) throw error;
    log.warn(`${(error as Error).message}; using the cached image, which may be outdated`);
    return { root: usable, fresh: false };
  }
}

/** Blobs of a reference's repository, through the store. */
export function registryBlobs(pull: RegistryPull): FetchingBlobs {
  const { reference, cache, log, progress, signal, downloads } = pull;
  return blobSource({
    ...{ store: cache.blobs, log, progress, signal, downloads },
    fetch: async (descriptor, request) => {
      if (pull.policy === "never") throw fail("E_NOT_CACHED", { name: formatReference(reference) });
      return (await pull.client()).blob(reference, descriptor, request);
    },
  });
}

/** Documents from the store, else from the registry into the store. */
export function keptDocuments(pull: RegistryPull): Documents {
  const { reference, cache, signal } = pull;
  const name = formatReference(reference);
  const fetchBytes = async (descriptor: Descriptor, kind: "manifest" | "config"): Promise<Uint8Array> => {
    const client = await pull.client();
    if (kind === "manifest") return (await client.manifest(reference, descriptor.digest, { signal })).bytes;
    const { size } = descriptor;
    if (size > DOCUMENT_LIMIT) throw fail("E_DOCUMENT_LARGE", { name, size, limit: DOCUMENT_LIMIT });
    // Through the store: verified, bounded by the announced size, retried and resumed like any blob.
    // Too small for anyone to watch.
    return buffer(await registryBlobs({ ...pull, progress: unwatched }).open(descriptor, { signal }));
  };
  return {
    async read(descriptor, kind) {
      if (await cache.blobs.has(descriptor))
        try {
          return await cache.blobs.read(descriptor);
        } catch (error) {
          if (!hasCode(error, "E_BLOB_CORRUPT") && !hasCode(error, "E_BLOB_MISSING")) throw error;
        }
      if (pull.policy === "never") throw fail("E_NOT_CACHED", { name });
      const bytes = await fetchBytes(descriptor, kind);
      checkBytes(bytes, { digest: descriptor.digest, size: bytes.length }, `a document of ${name}`);
      await cache.blobs.put({ digest: descriptor.digest, size: bytes.length }, bytes, { signal });
      return bytes;
    },
  };
}

/** Notes what the name stands for, for use when the registry is out of reach. */
export async function remember(pull: RegistryPull, root: Descriptor): Promise<void> {
  const name = formatReference(pull.reference);
  await pull.cache.references.set({ name, target: root, checked: pull.now() });
}

// The registry is down, overloaded or behind a broken network: no verdict about the image, unlike "unknown" or "denied".
// A fault on this side (500), such as a configuration that cannot be read, is for its owner to mend.
function outOfReach(error: unknown): boolean {
  return error instanceof BerthError && (error.http === 429 || error.http > 500);
}
