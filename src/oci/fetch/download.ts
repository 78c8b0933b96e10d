// Brings one blob into the store: alone among all processes, resuming what an earlier one left, a big blob in several
// ranges at once, and only under its name when its digest is right.

import { statfs } from "node:fs/promises";
import { hasCode } from "../../base/errors.ts";
import type { Log, Progress } from "../../base/log.ts";
import { formatSize } from "../../base/size.ts";
import type { ContentStore } from "../store/content-store.ts";
import { writeFailure } from "../store/errors.ts";
import { blobLock, partialPath, prepareLayout } from "../store/layout.ts";
import { acquireLock } from "../store/lock.ts";
import type { Descriptor } from "../types.ts";
import type { BlobFetcher } from "./blob-client.ts";
import { type ByteRange, lengthOf, missingRanges } from "./byte-ranges.ts";
import { fail } from "./errors.ts";
import { PartialFile } from "./partial-file.ts";
import type { Slots } from "./slots.ts";
import {
  nothingVain,
  type Opened,
  openRange,
  type Patience,
  pauseOrGiveUp,
  type Transfer,
  transferRange,
} from "./transfer.ts";

/** A blob from this size on is fetched in several ranges at once; bytes. */
export const BIG_BLOB = 64 * 1024 * 1024;

/** What a download works with. */
export interface DownloadTools {
  readonly store: ContentStore;
  readonly fetch: BlobFetcher;
  readonly requests: Slots;
  readonly patience: Patience;
  /** Bytes of one range of a big blob. */
  readonly piece: number;
  /** Bytes from which a blob counts as big. */
  readonly big: number;
  readonly log: Log;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Makes sure that the blob is in the store. @throws E_TRANSFER_…, E_STORE_…, E_DIGEST_MISMATCH, E_SIZE_MISMATCH */
export async function download(descriptor: Descriptor, tools: DownloadTools): Promise<void> {
  const { store, log, signal } = tools;
  if (await store.has(descriptor)) return;
  const what = `the blob ${descriptor.digest.slice(0, 19)}`;
  for (let attempt = 1; ; attempt += 1) {
    await prepareLayout(store.root).catch((error) => Promise.reject(writeFailure(error, store.root)));
    const onWait = (owner: string) => log.info(`Waiting for ${owner}, which is fetching ${what}`);
    const lock = await acquireLock(blobLock(store.root, descriptor.digest), {
      ...{ signal, onWait, unless: () => store.has(descriptor) },
    });
    if (!lock) return;
    try {
      return await downloadLocked(descriptor, what, tools);
    } catch (error) {
      // Wrong content may come from a torn partial file, a vanished folder from `cache clean`: start over, once.
      const again = ["E_DIGEST_MISMATCH", "E_STORE_VANISHED"].some((code) => hasCode(error, code));
      if (attempt > 1 || !again) throw error;
      log.warn(`${(error as Error).message}; it is fetched again`);
    } finally {
      await lock.release();
    }
  }
}

async function downloadLocked(descriptor: Descriptor, what: string, tools: DownloadTools): Promise<void> {
  const { store, progress } = tools;
  if (await store.has(descriptor)) return;
  const partial = await PartialFile.open(partialPath(store.root, descriptor.digest), descriptor);
  const task = progress.start(`fetch ${descriptor.digest.slice(7, 19)}`, descriptor.size);
  try {
    const there = lengthOf(partial.ranges);
    if (there > 0) tools.log.info(`Resuming ${what}: ${formatSize(there)} of ${formatSize(descriptor.size)} are there`);
    task.advance(there);
    await checkSpace(store.root, descriptor.size - there, what);
    await fill({ ...tools, descriptor, what, partial, task }, tools);
    await partial.publish(store.path(descriptor.digest), what);
    task.done();
  } catch (error) {
    task.done("failed");
    if (keepable(error) && partial.ranges.length > 0) await partial.save();
    else await partial.discard();
    throw error;
  } finally {
    await partial.close();
  }
}

// A full disk needs its space back, wrong content must not be resumed; anything else leaves something to go on from.
function keepable(error: unknown): boolean {
  const codes = ["E_STORE_FULL", "E_STORE_VANISHED", "E_DIGEST_MISMATCH", "E_SIZE_MISMATCH"];
  return !codes.some((code) => hasCode(error, code));
}

async function fill(base: Omit<Transfer, "signal">, tools: DownloadTools): Promise<void> {
  const { partial, descriptor } = base;
  const piece = descriptor.size > tools.big ? tools.piece : descriptor.size;
  const ranges = missingRanges(partial.ranges, descriptor.size, piece);
  const [first] = ranges;
  if (!first) return;
  const stop = new AbortController();
  const transfer = { ...base, signal: AbortSignal.any([tools.signal, stop.signal]) };
  // Only the answer to a range tells whether the server does ranges at all; so one goes ahead.
  const opened = await openWithPatience(transfer, first);
  const { ranged, total } = opened.reply;
  if (total !== undefined && total !== descriptor.size) {
    opened.reply.body.on("error", () => undefined).destroy();
    opened.dog.stop();
    opened.release();
    throw fail("E_TRANSFER_FAILED", {
      what: base.what,
      reason: `the server has ${total} bytes, the manifest says ${descriptor.size}`,
    });
  }
  const plan = ranged ? ranges : [{ from: first.from, to: descriptor.size }];
  await all(transfer, plan, opened, stop);
}

async function openWithPatience(transfer: Transfer, range: ByteRange): Promise<Opened> {
  for (let vain = nothingVain(); ; ) {
    try {
      return await openRange(transfer, range);
    } catch (error) {
      vain = { ...vain, tries: vain.tries + 1 };
      await pauseOrGiveUp(transfer, error, vain);
    }
  }
}

// Several ranges at once, in order, so that the beginning grows and can be hashed from memory.
async function all(transfer: Transfer, plan: readonly ByteRange[], opened: Opened, stop: AbortController) {
  const queue = [...plan];
  let ready: Opened | undefined = opened;
  const worker = async () => {
    for (let range = queue.shift(); range; range = queue.shift()) {
      const own = ready;
      ready = undefined;
      await transferRange(transfer, range, own);
      await transfer.partial.catchUp(transfer.signal);
    }
  };
  const guarded = () =>
    worker().catch((error: unknown) => {
      // The first failure ends the others; what they brought stays for the next try.
      if (!stop.signal.aborted) stop.abort(error);
      throw error;
    });
  const count = Math.min(transfer.requests.count, plan.length);
  const results = await Promise.allSettled(Array.from({ length: count }, guarded));
  if (results.some((result) => result.status === "rejected")) throw transfer.signal.reason;
}

async function checkSpace(path: string, need: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(path);
  const free = bavail * bsize;
  if (free >= need) return;
  throw fail("E_TRANSFER_SPACE", { what, need: formatSize(need), free: formatSize(free), path });
}
