// Blobs of one image as the later rooms see them: opened by descriptor, fetched when they are not in the store yet,
// several at once and newest layer first, because that is the order in which layers are merged.

import type { Readable } from "node:stream";
import { hasCode } from "../../base/errors.ts";
import { type Log, type Progress, unwatched } from "../../base/log.ts";
import type { ContentStore } from "../store/content-store.ts";
import { verifyBlobs } from "../store/verify-blobs.ts";
import type { BlobSource, Descriptor } from "../types.ts";
import type { BlobFetcher } from "./blob-client.ts";
import { BIG_BLOB, type DownloadTools, download } from "./download.ts";
import { fail } from "./errors.ts";
import { slots } from "./slots.ts";
import { PATIENCE, type Patience } from "./transfer.ts";

/** A blob source that can be told what will be wanted. */
export interface FetchingBlobs extends BlobSource {
  /** Fetches these layers (bottom layer first, as in a manifest) into the store, the top one first. */
  prefetch(layers: readonly Descriptor[]): Promise<void>;
  /** Reads those of these layers that are in the store; true when one was damaged, which removes it. */
  damaged(layers: readonly Descriptor[]): Promise<boolean>;
  /** Breaks off what is being fetched; partial files stay for the next time. */
  close(): Promise<void>;
}

export interface BlobSourceOptions {
  readonly store: ContentStore;
  readonly fetch: BlobFetcher;
  readonly log: Log;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Requests at once; 4 unless said otherwise. */
  readonly downloads?: number | undefined;
  readonly patience?: Patience | undefined;
  /** Bytes of one range of a big blob, and from which size on a blob is big. */
  readonly piece?: number;
  readonly big?: number;
}

const DOWNLOADS = 4;
const PIECE = 16 * 1024 * 1024;

/** Requests at once that `BERTH_DOWNLOADS` asks for, from 1 to 32; undefined when it is not set. @throws E_TRANSFER_COUNT */
export function downloadsFrom(env: Readonly<Record<string, string | undefined>>): number | undefined {
  const text = env["BERTH_DOWNLOADS"];
  if (!text) return undefined;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 32) throw fail("E_TRANSFER_COUNT", { text });
  return count;
}

/** Blobs that come from the store, or through `fetch` into the store. */
export function blobSource(options: BlobSourceOptions): FetchingBlobs {
  const { store, downloads = DOWNLOADS } = options;
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const tools: DownloadTools = {
    ...{ store, fetch: options.fetch, log: options.log, signal },
    requests: slots(downloads),
    patience: options.patience ?? PATIENCE,
    progress: options.progress ?? unwatched,
    piece: options.piece ?? PIECE,
    big: options.big ?? BIG_BLOB,
  };
  const blobsAtOnce = slots(downloads);
  const underWay = new Map<string, Promise<void>>();
  const bring = (descriptor: Descriptor): Promise<void> => {
    const running = underWay.get(descriptor.digest);
    if (running) return running;
    const started = inSlot(blobsAtOnce, signal, () => download(descriptor, tools));
    underWay.set(descriptor.digest, started);
    // Whoever opens the blob gets the error; a prefetch that nobody waits for must not end the process.
    started.catch(() => undefined).finally(() => underWay.delete(descriptor.digest));
    return started;
  };
  return {
    open: (descriptor, { signal: wait }) => openBlob(store, descriptor, bring, wait),
    prefetch: async (layers) => {
      const results = await Promise.allSettled(layers.toReversed().map(bring));
      const failed = results.find((result) => result.status === "rejected");
      if (failed) throw failed.reason;
    },
    damaged: async (layers) => (await verifyBlobs(store, layers, { progress: unwatched, signal })).damaged.length > 0,
    close: async () => {
      stop.abort();
      await Promise.allSettled(underWay.values());
    },
  };
}

type Bring = (descriptor: Descriptor) => Promise<void>;

async function openBlob(
  store: ContentStore,
  wanted: Descriptor,
  bring: Bring,
  signal?: AbortSignal,
): Promise<Readable> {
  for (let attempt = 1; ; attempt += 1) {
    if (!(await store.has(wanted))) await unlessAborted(bring(wanted), signal);
    try {
      return await store.open(wanted, { signal });
    } catch (error) {
      // Removed by `cache clean` between the two steps.
      if (attempt > 1 || !hasCode(error, "E_BLOB_MISSING")) throw error;
    }
  }
}

async function inSlot(
  free: { take(signal: AbortSignal): Promise<() => void> },
  signal: AbortSignal,
  work: () => Promise<void>,
) {
  const release = await free.take(signal);
  try {
    await work();
  } finally {
    release();
  }
}

// The download goes on for others; only this wait ends.
async function unlessAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return work;
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
