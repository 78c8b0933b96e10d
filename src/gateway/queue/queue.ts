// The queue of all servers over the store: implements `Queue` of ../records.ts. Every method is one transaction. Who may
// do what is the desk's business, the work itself the workers'.

import type { Admission, ClaimedPull, NewPull, PullEnd, Queue } from "../records.ts";
import type { ImageName, Progress, PullRecord, Status } from "../types.ts";
import { boardHeld, claimNext, endHeld, endLeftOver, landFlight } from "./held-pulls.ts";
import { QueueNews } from "./news.ts";
import { makeParts, type Parts, type QueueOptions } from "./parts.ts";
import { ProgressWriter } from "./progress.ts";
import { addRequest, cancelRequest, dropFinished } from "./requests.ts";
import { DeathWatch } from "./servers.ts";
import { beatOwn, leave, recoverOwn, takeOver } from "./takeover.ts";
import { QueueView } from "./view.ts";

const LONGEST_SILENCE_MS = 60_000;

/** The queue as the server that owns it sees it. */
export interface ServerQueue extends Queue {
  /** How often `beat` is to be called. */
  readonly beatEveryMs: number;
  /** To be called once at start-up: puts back what this server had at work when it ended. Answers how many. */
  recover(): Promise<number>;
  /** Drops the records of failures older than so many seconds, and of whatever else ended a day ago. Answers how many. */
  dropFinished(failuresOlderThan: number): Promise<number>;
  /** Puts back what is at work, says good-bye to the other servers and stops listening. */
  close(): Promise<void>;
}

/** Makes the queue of one server. */
export function makeQueue(options: QueueOptions): ServerQueue {
  return new StoreQueue(options);
}

class StoreQueue implements ServerQueue {
  readonly beatEveryMs: number;
  readonly #parts: Parts;
  readonly #progress: ProgressWriter;
  readonly #news: QueueNews;
  readonly #watch: DeathWatch;
  readonly #view: QueueView;
  #lastBeat = 0;

  constructor(options: QueueOptions) {
    const silenceMs = Math.min(options.heartbeatMs ?? LONGEST_SILENCE_MS, LONGEST_SILENCE_MS);
    this.beatEveryMs = silenceMs / 6;
    this.#parts = makeParts(options);
    this.#progress = new ProgressWriter(this.#parts);
    this.#news = new QueueNews(options.store, (id) => this.#stop(id));
    this.#view = new QueueView(this.#parts);
    this.#watch = new DeathWatch(silenceMs, this.#parts.monotonic);
  }

  async add(request: NewPull, admit?: Admission): Promise<PullRecord> {
    const { row, made } = await addRequest(this.#parts, request, admit);
    const record = await this.#view.record(row);
    // What a client hears first is that its request is new; from then on that it waits.
    return made ? { ...record, status: "INIT" } : record;
  }

  find(id: string): Promise<PullRecord | undefined> {
    return this.#view.find(id);
  }

  latest(name: ImageName, uid?: number): Promise<PullRecord | undefined> {
    return this.#view.latest(name, uid);
  }

  unfinished(system: string | undefined): Promise<readonly PullRecord[]> {
    return this.#view.unfinished(system);
  }

  claim({ perUser }: { readonly perUser: number }): Promise<ClaimedPull | undefined> {
    this.#news.claiming();
    return claimNext(this.#parts, perUser);
  }

  progress(id: string, status: Status, message: string, progress: Progress): Promise<{ readonly cancelled: boolean }> {
    return this.#progress.report(id, { status, message, progress });
  }

  async finish(id: string, end: PullEnd): Promise<void> {
    await this.#progress.drop(id);
    await endHeld(this.#parts, id, end);
  }

  cancel(id: string): Promise<void> {
    return cancelRequest(this.#parts, id);
  }

  async board(id: string, key: string, digest: string): Promise<"leader" | "follower"> {
    if (await boardHeld(this.#parts, id, key, digest)) return "leader";
    await this.#progress.drop(id);
    return "follower";
  }

  land(key: string): Promise<void> {
    return landFlight(this.#parts, key);
  }

  async beat(): Promise<number> {
    const { now, changes } = this.#parts;
    // Others see that we live by that the value changes, so it does even where the clock stands still.
    const ahead = this.#lastBeat - now();
    this.#lastBeat = ahead >= 0 && ahead < 1 ? this.#lastBeat + 0.001 : now();
    await beatOwn(this.#parts, this.#lastBeat);
    await endLeftOver(this.#parts);
    const back = await takeOver(this.#parts, this.#watch);
    changes.count += 1;
    return back;
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    return this.#news.wait(ms, signal);
  }

  watch(listener: (id: string) => void): () => void {
    return this.#news.watch(listener);
  }

  recover(): Promise<number> {
    return recoverOwn(this.#parts);
  }

  dropFinished(failuresOlderThan: number): Promise<number> {
    return dropFinished(this.#parts, failuresOlderThan);
  }

  async close(): Promise<void> {
    this.#news.close();
    await this.#progress.close();
    await leave(this.#parts);
    this.#parts.held.clear();
  }

  #stop(id: string): void {
    const held = this.#parts.held.get(id);
    if (held) held.stopped = true;
  }
}
