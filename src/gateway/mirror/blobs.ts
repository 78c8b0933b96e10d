// Blobs: from the store when they are there, else fetched into it once, however many ask, and read while they come.

import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { Digest } from "../../base/digest.ts";
import { download } from "../../oci/fetch/download.ts";
import { type Slots, slots } from "../../oci/fetch/slots.ts";
import { PATIENCE } from "../../oci/fetch/transfer.ts";
import type { Reference } from "../../oci/reference.ts";
import { blobAt } from "../../oci/registry/pull-requests.ts";
import { partialPath } from "../../oci/store/layout.ts";
import type { Descriptor } from "../../oci/types.ts";
import type { Read } from "./access.ts";
import { BlobFlight, openFirst } from "./blob-flight.ts";
import { headBlob } from "./blob-head.ts";
import { type Caller, NOBODY } from "./caller.ts";
import { outOfReach } from "./errors.ts";
import { repositoryKey } from "./mirror-route.ts";
import type { Shared } from "./shared.ts";
import type { Upstream } from "./upstreams.ts";

/** A question for a blob. */
export interface BlobQuestion {
  readonly upstream: Upstream;
  readonly reference: Reference;
  readonly digest: Digest;
  readonly caller: Caller;
}

/** Bytes of a blob that are wanted; `to` is excluded. */
export interface BlobPart {
  readonly from: number;
  readonly to: number;
}

/** The blobs of all upstreams. */
export interface Blobs {
  /** Its size, once it is known that the caller may have it. @throws E_MIRROR_…, E_BLOB_UNKNOWN */
  find(question: BlobQuestion): Promise<Read<Descriptor>>;
  /** A stream that ends in an error when what came is not what was meant. */
  read(question: BlobQuestion, found: Read<Descriptor>, part: BlobPart): Promise<Readable>;
}

// Fewer than the connections that the client has with one registry (16), so that questions for tags never wait for layers.
const DOWNLOADS = 12;
// One range from the beginning to the end: readers follow it.
const WHOLE = Number.MAX_SAFE_INTEGER;

/** Blobs through the store. */
export function blobs(shared: Shared): Blobs {
  const underWay = new Map<string, BlobFlight>();
  const [atOnce, requests] = [slots(DOWNLOADS), slots(DOWNLOADS)];
  const flightOf = (question: BlobQuestion, found: Read<Descriptor>): BlobFlight => {
    const { digest } = found.value;
    const running = underWay.get(digest);
    if (running) return running;
    const flight = new BlobFlight(found.value);
    underWay.set(digest, flight);
    bring(question, found, flight, shared, { atOnce, requests })
      .then(
        () => flight.end(),
        (error: unknown) => flight.end(error),
      )
      .finally(() => underWay.delete(digest));
    return flight;
  };
  return {
    find: (question) => find(question, shared),
    async read(question, found, part) {
      const { blobs: store } = shared.cache;
      const wanted = found.value;
      if (!(await store.has(wanted))) {
        const flight = flightOf(question, found);
        await flight.begun();
        const paths = [partialPath(store.root, wanted.digest), store.path(wanted.digest)];
        return flight.follow(await openFirst(paths), part.from, part.to);
      }
      if (part.to - part.from === wanted.size) return store.open(wanted);
      const file = await open(store.path(wanted.digest), "r");
      return file.createReadStream({ start: part.from, end: part.to - 1 });
    },
  };
}

async function find(question: BlobQuestion, shared: Shared): Promise<Read<Descriptor>> {
  const { upstream, reference, digest, caller } = question;
  const known = shared.contents.find(reference, digest);
  const as = shared.access.letIn(reference, caller);
  if (known !== undefined && as !== undefined) return { value: known, as };
  try {
    const found = await shared.access.reader(reference, caller, (who) =>
      shared.flight(`blob ${repositoryKey(reference)}@${digest} ${who.key}`, () =>
        headBlob(shared.conversations.at(upstream, reference.repository, who), digest, shared.signal),
      ),
    );
    shared.contents.learn(reference, [found.value]);
    return found;
  } catch (error) {
    if (known === undefined || !outOfReach(error) || !shared.access.wasPublic(reference)) throw error;
    return { value: known, as: NOBODY };
  }
}

interface Limits {
  readonly atOnce: Slots;
  readonly requests: Slots;
}

async function bring(
  { upstream, reference }: BlobQuestion,
  { value, as }: Read<Descriptor>,
  flight: BlobFlight,
  { cache, conversations, log, signal }: Shared,
  { atOnce, requests }: Limits,
): Promise<void> {
  const release = await atOnce.take(signal);
  try {
    const place = conversations.at(upstream, reference.repository, as);
    await download(value, {
      ...{ store: cache.blobs, log, signal, requests, patience: PATIENCE, piece: WHOLE, big: WHOLE },
      fetch: (descriptor, request) => blobAt(place, reference, descriptor, request),
      progress: flight.progress,
    });
  } finally {
    release();
  }
}
