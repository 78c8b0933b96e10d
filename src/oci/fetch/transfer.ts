// Brings one range of a blob into its partial file: asks, writes as it comes, and asks again from where it stopped.

import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "../../base/errors.ts";
import type { Log, Task } from "../../base/log.ts";
import type { Descriptor } from "../types.ts";
import type { BlobFetcher, BlobReply } from "./blob-client.ts";
import { type ByteRange, reachedFrom } from "./byte-ranges.ts";
import { fail, worthRetrying } from "./errors.ts";
import type { PartialFile } from "./partial-file.ts";
import type { Slots } from "./slots.ts";
import { type Watchdog, watchdog } from "./watchdog.ts";

const BATCH = 512 * 1024;

/** How patient transfers are. */
export interface Patience {
  /** Tries in a row that bring nothing before giving up. */
  readonly tries: number;
  /** First pause between tries in milliseconds; it doubles up to `pauseMaxMs`. */
  readonly pauseMs: number;
  readonly pauseMaxMs: number;
  /** A transfer on which nothing arrives for so long is broken off. */
  readonly idleMs: number;
  /** No further try begins when nothing has arrived for so long; the client's own tries count into it. */
  readonly vainMs: number;
}

export const PATIENCE: Patience = { tries: 5, pauseMs: 300, pauseMaxMs: 15_000, idleMs: 60_000, vainMs: 60_000 };

/** Tries that brought nothing, since something last came. */
export interface Vain {
  readonly tries: number;
  /** `performance.now()` when something last came. */
  readonly since: number;
}

/** Counting begins, or begins again. */
export function nothingVain(): Vain {
  return { tries: 0, since: performance.now() };
}

/** One blob on its way. */
export interface Transfer {
  readonly descriptor: Descriptor;
  /** The blob's name in messages. */
  readonly what: string;
  readonly fetch: BlobFetcher;
  readonly partial: PartialFile;
  readonly requests: Slots;
  readonly patience: Patience;
  readonly task: Task;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** A request that was answered; its body is still to be read. */
export interface Opened {
  readonly reply: BlobReply;
  readonly dog: Watchdog;
  readonly release: () => void;
}

/** Brings `range` in, with as many tries as patience allows. `opened` is an answer that is there already. */
export async function transferRange(transfer: Transfer, range: ByteRange, opened?: Opened): Promise<void> {
  let ready = opened;
  for (let vain = nothingVain(); ; ) {
    const from = reachedFrom(transfer.partial.ranges, range.from);
    if (from >= range.to) return;
    try {
      await consume(transfer, { from, to: range.to }, ready ?? (await openRange(transfer, { from, to: range.to })));
    } catch (error) {
      if (reachedFrom(transfer.partial.ranges, range.from) > from) vain = nothingVain();
      vain = { ...vain, tries: vain.tries + 1 };
      await pauseOrGiveUp(transfer, error, vain);
    }
    ready = undefined;
  }
}

/** Asks for a range and waits for the answer's head. */
export async function openRange(transfer: Transfer, range: ByteRange): Promise<Opened> {
  const { descriptor, patience, what } = transfer;
  const release = await transfer.requests.take(transfer.signal);
  const stalled = () => fail("E_TRANSFER_STALLED", { what, seconds: patience.idleMs / 1000 });
  const dog = watchdog(patience.idleMs, transfer.signal, stalled);
  try {
    const whole = range.from === 0 && range.to === descriptor.size;
    const wanted = whole ? {} : { from: range.from, to: range.to - 1 };
    const reply = await transfer.fetch(descriptor, { signal: dog.signal, ...wanted });
    return { reply, dog, release };
  } catch (error) {
    dog.stop();
    release();
    throw dog.signal.aborted ? dog.signal.reason : error;
  }
}

/** Pauses before another try, or throws what ends the transfer. */
export async function pauseOrGiveUp(transfer: Transfer, error: unknown, vain: Vain): Promise<void> {
  const { signal, patience, what, log } = transfer;
  signal.throwIfAborted();
  if (!worthRetrying(error)) throw error;
  const reason = reasonOf(error);
  if (vain.tries >= patience.tries || performance.now() - vain.since >= patience.vainMs)
    throw fail("E_TRANSFER_FAILED", { what, reason }, { cause: error });
  log.debug(`${what}: ${reason}; trying again`);
  const pause = Math.min(patience.pauseMs * 2 ** (vain.tries - 1), patience.pauseMaxMs);
  await sleep(pause * (0.5 + Math.random() / 2), undefined, { signal });
}

async function consume(transfer: Transfer, range: ByteRange, { reply, dog, release }: Opened): Promise<void> {
  const { body } = reply;
  const stop = () => body.destroy(dog.signal.reason);
  // A body may fail while nobody reads it (during a disk write); without a listener that would end the process.
  body.on("error", () => undefined);
  dog.signal.addEventListener("abort", stop, { once: true });
  if (dog.signal.aborted) stop();
  try {
    await copy(transfer, range, reply, dog);
  } catch (error) {
    throw dog.signal.aborted ? dog.signal.reason : error;
  } finally {
    dog.signal.removeEventListener("abort", stop);
    dog.stop();
    body.destroy();
    release();
  }
}

async function copy(transfer: Transfer, range: ByteRange, reply: BlobReply, dog: Watchdog): Promise<void> {
  const { partial, task, what } = transfer;
  // A server that ignores ranges sends from the first byte: what is there already passes by unused.
  let at = reply.ranged ? range.from : 0;
  let batch: Buffer[] = [];
  let batched = 0;
  const flush = async () => {
    if (batched === 0) return;
    await partial.write(at - batched, batch);
    task.advance(batched);
    batch = [];
    batched = 0;
  };
  try {
    for await (const chunk of reply.body as AsyncIterable<Buffer>) {
      dog.feed();
      const useful = chunk.subarray(Math.max(0, range.from - at), Math.max(0, range.to - at));
      const passed = at + chunk.length;
      at = Math.min(passed, range.to);
      if (useful.length > 0) batch.push(useful);
      batched += useful.length;
      if (batched >= BATCH) await flush();
      if (passed > range.to && reply.ranged)
        throw fail("E_TRANSFER_FAILED", { what, reason: "more bytes than asked for" });
      if (at >= range.to) break;
    }
  } finally {
    await flush();
  }
  if (at < range.to) throw fail("E_TRANSFER_SHORT", { what, got: at - range.from, want: range.to - range.from });
}
