// What refers to an image in a registry (distribution-spec "Listing Referrers"): by the referrers API where there is
// one, else by the index under the tag that stands in for it.

import { Readable } from "node:stream";
import { type Digest, digestOf, digestParts } from "../base/digest.ts";
import { hasCode } from "../base/errors.ts";
import { type Log, unwatched } from "../base/log.ts";
import { parseManifest } from "../oci/manifest.ts";
import { MEDIA } from "../oci/media-types.ts";
import { type Pushable, push } from "../oci/push/push-image.ts";
import type { Reference } from "../oci/reference.ts";
import { discard, readBounded } from "../oci/registry/body.ts";
import type { RegistryClient } from "../oci/registry/client.ts";
import type { Descriptor } from "../oci/types.ts";

/** More referrers than this are not looked at. */
const MAX_REFERRERS = 200;
const MAX_INDEX = 4 * 1024 * 1024;

/** A registry and what every request to it shares. */
export interface Desk {
  readonly client: RegistryClient;
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
}

/** A repository of a registry; what else a reference has is of no matter here. */
export type Repository = Pick<Reference, "registry" | "repository">;

/** The reference to something else in the repository: a whole reference may stand for the repository. */
export function within({ registry, repository }: Repository, name: { tag: string } | { digest: Digest }): Reference {
  return { registry, repository, ...name };
}

/**
 * Descriptors of what refers to `image` by the registry's own account; none when it keeps none.
 * @throws what keeps the registry from answering
 */
export async function listedReferrers(desk: Desk, at: Repository, image: Digest): Promise<readonly Descriptor[]> {
  return (await askApi(desk, at, image)) ?? [];
}

/** Undefined when the registry has no referrers API. */
async function askApi(desk: Desk, at: Repository, image: Digest): Promise<readonly Descriptor[] | undefined> {
  return (await referrersAnswer(desk, at, image)).listed;
}

/** A registry's answer to who refers to an image: what it lists, or the status by which it does not. */
export interface ReferrersAnswer {
  readonly status: number;
  readonly listed: readonly Descriptor[] | undefined;
}

/** Asks the referrers API. @throws what keeps the registry from answering */
export async function referrersAnswer(desk: Desk, at: Repository, image: Digest): Promise<ReferrersAnswer> {
  const place = desk.client.home(within(at, { digest: image }));
  const { repository } = place.endpoint;
  const { response } = await place.session.request({
    method: "GET",
    path: `${repository}/referrers/${image}`,
    headers: { accept: MEDIA.ociIndex },
    repository,
    what: `${at.registry}/${repository}@${image}`,
    signal: desk.signal,
  });
  const { status } = response;
  const type = response.headers["content-type"]?.split(";")[0]?.trim();
  if (status !== 200 || type !== MEDIA.ociIndex) {
    await discard(response.body);
    return { status, listed: undefined };
  }
  const bytes = await readBounded(response.body, MAX_INDEX);
  const index = bytes && parseManifest(bytes, MEDIA.ociIndex, `the referrers of ${image}`);
  return { status, listed: index?.kind === "index" ? index.manifests.slice(0, MAX_REFERRERS) : [] };
}

/** The latest of those in the index under the tag that stands in for such an account; mirrors may have it too. */
export async function taggedReferrers(desk: Desk, at: Repository, image: Digest): Promise<readonly Descriptor[]> {
  return (await underTag(desk, at, image)).slice(-MAX_REFERRERS);
}

async function underTag(desk: Desk, at: Repository, image: Digest): Promise<readonly Descriptor[]> {
  const bytes = await manifestByTag(desk, within(at, { tag: fallbackTag(image) }));
  const index = bytes && parseManifest(bytes, undefined, `the referrers of ${image}`);
  return index?.kind === "index" ? index.manifests : [];
}

/** The manifest under a tag; undefined when there is none. */
export async function manifestByTag(desk: Desk, reference: Reference): Promise<Uint8Array | undefined> {
  try {
    return (await desk.client.manifest(reference, undefined, { signal: desk.signal })).bytes;
  } catch (error) {
    if (hasCode(error, "E_MANIFEST_UNKNOWN") || hasCode(error, "E_NAME_UNKNOWN")) return undefined;
    throw error;
  }
}

function fallbackTag(image: Digest): string {
  const { algorithm, hex } = digestParts(image);
  return `${algorithm}-${hex}`.slice(0, 128);
}

/** An artifact of one layer that refers to an image. */
export interface Attachment {
  readonly image: Descriptor;
  readonly artifactType: string;
  readonly content: Buffer;
  readonly annotations: Readonly<Record<string, string>>;
}

const EMPTY = Buffer.from("{}");

/** Pushes an artifact that refers to an image; answers its descriptor. @throws E_PUSH_…, E_AUTH_… */
export async function attach(desk: Desk, at: Repository, attachment: Attachment): Promise<Descriptor> {
  const { image, artifactType, content, annotations } = attachment;
  const config = { mediaType: MEDIA.ociEmpty, digest: digestOf(EMPTY), size: EMPTY.length };
  const layer = { mediaType: artifactType, digest: digestOf(content), size: content.length };
  const subject = { mediaType: image.mediaType, digest: image.digest, size: image.size };
  const head = { schemaVersion: 2, mediaType: MEDIA.ociManifest, artifactType, config };
  const bytes = Buffer.from(JSON.stringify({ ...head, layers: [layer], subject, annotations }));
  const blobs = new Map([
    [config.digest, EMPTY],
    [layer.digest, content],
  ]);
  const descriptor = await pushBytes(desk, at, undefined, bytes, MEDIA.ociManifest, blobs, [config, layer]);
  const referrer = { ...descriptor, artifactType, annotations };
  const listed = await askApi(desk, at, image.digest);
  if (!listed?.some(({ digest }) => digest === descriptor.digest)) await addToTag(desk, at, image.digest, referrer);
  return descriptor;
}

// Two signers in the same instant may lose one another's entry, as the specification says of this way.
async function addToTag(desk: Desk, at: Repository, image: Digest, referrer: Descriptor): Promise<void> {
  // All of them: what is left out here would be gone from the registry.
  const before = await underTag(desk, at, image);
  const manifests = [...before.filter(({ digest }) => digest !== referrer.digest), referrer];
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests }));
  await pushBytes(desk, at, fallbackTag(image), bytes, MEDIA.ociIndex, new Map(), []);
}

async function pushBytes(
  desk: Desk,
  at: Repository,
  tag: string | undefined,
  manifestBytes: Buffer,
  mediaType: string,
  blobs: ReadonlyMap<Digest, Buffer>,
  parts: readonly Descriptor[],
): Promise<Descriptor> {
  const descriptor = { mediaType, digest: digestOf(manifestBytes), size: manifestBytes.length };
  const pushable: Pushable = {
    descriptor,
    manifestBytes,
    parts,
    blobs: { open: async ({ digest }) => Readable.from([blobs.get(digest) ?? EMPTY], { objectMode: false }) },
  };
  const reference = within(at, tag ? { tag } : { digest: descriptor.digest });
  await push(pushable, reference, desk.client, { log: desk.log, progress: unwatched, signal: desk.signal });
  return descriptor;
}
