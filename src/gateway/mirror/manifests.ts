// Manifests and indexes: what a tag stands for is asked again after a while, and answered from memory when its registry
// is away; the documents themselves are fetched once. Only what the registry opened to the caller is answered.

import type { Reference } from "../../oci/reference.ts";
import { manifestAt, resolveAt } from "../../oci/registry/pull-requests.ts";
import type { StoredReference } from "../../oci/store/references.ts";
import type { Descriptor } from "../../oci/types.ts";
import type { Read } from "./access.ts";
import type { Caller } from "./caller.ts";
import { mediaTypeOf, partsOf } from "./contents.ts";
import { outOfReach } from "./errors.ts";
import { manifestKey } from "./mirror-route.ts";
import type { Shared } from "./shared.ts";
import type { Upstream } from "./upstreams.ts";

/** A manifest as it is answered. */
export interface ServedManifest {
  readonly descriptor: Descriptor;
  /** Undefined when only the head was asked for. */
  readonly bytes: Uint8Array | undefined;
  /** Seconds since the registry confirmed it, when it could not be asked now. */
  readonly stale: number | undefined;
}

/** A question for a manifest. */
export interface ManifestQuestion {
  readonly upstream: Upstream;
  /** With a tag or a digest. */
  readonly reference: Reference;
  readonly caller: Caller;
  readonly headOnly: boolean;
}

const PUBLIC = "public";

/** Answers a question. @throws E_MIRROR_…, E_MANIFEST_UNKNOWN, and what else the registry client declares */
export async function serveManifest(question: ManifestQuestion, shared: Shared): Promise<ServedManifest> {
  const { reference, caller } = question;
  const name = manifestKey(reference);
  const before = await shared.names.find(name);
  try {
    const { value, as } = await findRoot(question, before, shared);
    return { ...(await withBytes(question, value, as, shared)), stale: undefined };
  } catch (error) {
    const spare = outOfReach(error) && before !== undefined && (await mayUse(before, question, shared));
    if (!spare || before === undefined) throw error;
    shared.log.warn(`${(error as Error).message}; the mirror answers ${name} as it was`);
    const stale = Math.max(0, Math.round(shared.now() - before.checked / 1000));
    return { ...(await withBytes(question, before.target, caller, shared)), stale };
  }
}

// A private image is not answered from memory to somebody whose right nobody can confirm now.
async function mayUse(before: StoredReference, { reference, caller }: ManifestQuestion, shared: Shared) {
  const { access } = shared;
  if (before.stamp === PUBLIC) access.presumePublic(reference);
  if (!access.wasPublic(reference) && access.letIn(reference, caller) === undefined) return false;
  return shared.cache.blobs.has(before.target);
}

async function findRoot(
  question: ManifestQuestion,
  before: StoredReference | undefined,
  shared: Shared,
): Promise<Read<Descriptor>> {
  const { reference, caller } = question;
  const as = shared.access.letIn(reference, caller);
  const known = reference.digest && shared.contents.find(reference, reference.digest);
  if (as !== undefined && known !== undefined) return { value: known, as };
  if (as !== undefined && isFresh(before, reference, shared)) return { value: before.target, as };
  return shared.access.reader(reference, caller, (who) =>
    shared.flight(`head ${manifestKey(reference)} ${who.key}`, () => askForRoot(question, who, shared)),
  );
}

// A digest never means anything else; a clock that was set back must not keep a tag for ever.
function isFresh(
  record: StoredReference | undefined,
  { digest }: Reference,
  { now, life }: Shared,
): record is StoredReference {
  if (record === undefined) return false;
  const age = now() - record.checked / 1000;
  return digest !== undefined || (age >= 0 && age < life);
}

async function askForRoot({ upstream, reference }: ManifestQuestion, who: Caller, shared: Shared): Promise<Descriptor> {
  const name = manifestKey(reference);
  // Whoever was a moment ahead may have asked already.
  const record = await shared.names.find(name);
  if (shared.access.letIn(reference, who) !== undefined && isFresh(record, reference, shared)) return record.target;
  const place = shared.conversations.at(upstream, reference.repository, who);
  const target = await resolveAt(place, reference, { signal: shared.signal });
  const stamp = who.key === "" ? PUBLIC : "private";
  await shared.names.set({ name, target, checked: Math.round(shared.now() * 1000), stamp });
  return target;
}

async function withBytes(question: ManifestQuestion, root: Descriptor, as: Caller, shared: Shared) {
  const { reference, headOnly } = question;
  if (headOnly) return { descriptor: root, bytes: undefined };
  const bytes = await readManifest(question, root, as, shared);
  const descriptor = { mediaType: mediaTypeOf(bytes), digest: root.digest, size: bytes.length };
  shared.contents.learn(reference, [descriptor, ...partsOf(bytes)]);
  return { descriptor, bytes };
}

async function readManifest(
  { upstream, reference }: ManifestQuestion,
  root: Descriptor,
  as: Caller,
  { cache, flight, conversations, signal }: Shared,
): Promise<Uint8Array> {
  if (await cache.blobs.has(root)) return cache.blobs.read(root);
  const place = conversations.at(upstream, reference.repository, as);
  return flight(`get ${root.digest}`, async () => {
    if (await cache.blobs.has(root)) return cache.blobs.read(root);
    const { bytes, descriptor } = await manifestAt(place, reference, root.digest, { signal });
    await cache.blobs.put(descriptor, bytes, { signal });
    return bytes;
  });
}
