// spin-docker's containers: what its interface offers, over records, engine and timers. Lives as long as the server; knows
// no HTTP.

import { reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { SpinDockerConfig } from "../../site/services/idle.ts";
import type { Store } from "../../store/store.ts";
import type { LiveChange } from "../engine/live.ts";
import type { CheckInTokens, CheckInWay } from "../idle/check-in-token.ts";
import type { DueLoop } from "../idle/due-loop.ts";
import { makeSteadyClock, type SteadyClock } from "../idle/steady-clock.ts";
import { Turns } from "../idle/turns.ts";
import { audit } from "./audit.ts";
import { SpinBook, type SpinTimer } from "./book.ts";
import { createContainer } from "./create.ts";
import { fail } from "./errors.ts";
import { SpinList } from "./list.ts";
import type { LookResult } from "./look.ts";
import { observe, observeAgain } from "./observe.ts";
import { type EngineNews, firstLook, isSpin, type SpinEngine } from "./parts.ts";
import { Reports } from "./reports.ts";
import { finishDeleting, finishStopping, markDeleting, markStopping } from "./stop.ts";
import { endOfGrace, type LookParts, look, lookLoop } from "./watch.ts";

/** What the containers are made of. */
export interface SpinOptions {
  readonly site: string;
  readonly store: Store;
  readonly engine: SpinEngine;
  readonly news: EngineNews;
  readonly config: () => SpinDockerConfig;
  readonly tokens: CheckInTokens;
  readonly way: () => CheckInWay;
  readonly log: Log;
  readonly clock?: SteadyClock | undefined;
  /** 30 s unless said otherwise. */
  readonly retryMs?: number | undefined;
}

/** All operations of the interface. Failures: E_SPIN_…, E_ENGINE_…, E_STORE_… */
export class SpinContainers {
  readonly #parts: LookParts;
  readonly #reports: Reports;
  readonly #loop: DueLoop;
  readonly #stop = new AbortController();
  /** Containers that are being removed at this moment. */
  readonly #removing = new Set<string>();
  readonly #background = new Set<Promise<void>>();
  #unwatch: () => void;

  private constructor(options: SpinOptions) {
    const { store, site, clock = makeSteadyClock(), retryMs = 30_000 } = options;
    const parts = { ...options, clock, retryMs, list: new SpinList(), turns: new Turns(), signal: this.#stop.signal };
    this.#parts = {
      ...parts,
      book: new SpinBook(store, site),
      due: (moment) => this.#loop.sooner(moment),
      listeningSince: { at: clock.now() },
      stop: (id) => this.#beginStop(id),
    };
    this.#reports = new Reports(this.#parts);
    this.#loop = lookLoop(this.#parts);
    this.#unwatch = options.news.watch((change) => this.#heard(change));
  }

  /** Reads what is known, compares it with the engine, goes on where the last server ended, and begins to look. */
  static async open(options: SpinOptions): Promise<SpinContainers> {
    const spin = new SpinContainers(options);
    const parts = spin.#parts;
    for (const container of await parts.book.all()) parts.list.put(container);
    await parts.book.notBefore(endOfGrace(parts));
    // An engine that is not there yet tells when it is: then everything is looked at again.
    await audit(parts).catch((error: unknown) => parts.log.warn(`the engine was not asked: ${reasonOf(error)}`));
    const wait = firstLook(parts.config());
    // Started while nothing was looked at.
    if (wait !== undefined) await parts.book.armMissing(parts.clock.now() + wait);
    spin.#goOn();
    spin.#loop.start();
    return spin;
  }

  /** Tags of all images of the engine. */
  async images(): Promise<readonly string[]> {
    const images = await this.#parts.engine.images({ signal: this.#parts.signal });
    return images.flatMap(({ tags }) => tags.filter((tag) => !tag.includes("<none>")));
  }

  /** All containers as JSON, in the order of their making. No question to anybody. */
  list(): Buffer {
    return this.#parts.list.text();
  }

  /** One as JSON, by its full id. @throws E_SPIN_NONE */
  show(id: string): string {
    const text = this.#parts.list.shown(id) && this.#parts.list.textOf(id);
    if (text === undefined) throw fail("E_SPIN_NONE", { id });
    return text;
  }

  /** Compares everything with the engine. */
  async audit(): Promise<void> {
    await audit(this.#parts);
    this.#removeMarked();
  }

  /** Starts a container of a local image; answers it as JSON. */
  async create(image: string | undefined): Promise<string> {
    if (!image) throw fail("E_SPIN_BLANK");
    return this.show(await createContainer(this.#parts, image));
  }

  /** Changes what is asked for, if it is one of the two things that can be; answers the container as JSON. */
  async change(id: string, status: string | undefined): Promise<string> {
    this.show(id);
    if (status === "stopped") await this.#beginStop(id);
    if (status === "running") await this.#start(id);
    return this.show(id);
  }

  /** Stops and removes a container in the background; nobody sees it any more. @throws E_SPIN_NONE */
  async remove(id: string): Promise<void> {
    this.show(id);
    const { turns } = this.#parts;
    if (await turns.take(id, () => markDeleting(this.#parts, id))) this.#finishRemoving(id);
  }

  /** A container says how much it is used. False: it is none of these. */
  checkIn(id: string, active: string): boolean {
    return this.#reports.take(id, active);
  }

  /** Looks at the use of a container as when its timer ends. */
  look(timer: SpinTimer): Promise<LookResult["says"]> {
    return look(this.#parts, timer);
  }

  /** Looks at everything that is due now, whatever the machine's timers say. */
  lookNow(): void {
    this.#loop.sooner(Number.NEGATIVE_INFINITY);
  }

  /**
   * The configuration is another one than `before`. Shorter times count for what runs already, longer ones from the next look
   * on; where nothing was looked at before, everybody can report first.
   */
  async configured(before: SpinDockerConfig): Promise<void> {
    const { book, clock, config } = this.#parts;
    const [wait, now] = [firstLook(config()), clock.now()];
    if (wait === undefined) return;
    const again = config().intervalMs / 1000;
    await book.notAfter(now + Math.max(wait, again), now + again);
    if (!before.timeouts) await book.notBefore(endOfGrace(this.#parts));
    await book.armMissing(now + wait);
    this.lookNow();
  }

  /** When the next container is looked at, seconds since 1970; undefined: none is. */
  nextLook(): Promise<number | undefined> {
    return this.#parts.book.nextDue();
  }

  /** Resolves when nothing is under way in the background. */
  async settled(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background);
    await this.#parts.turns.settled();
  }

  /** Ends. What was begun in the background is gone on with at the next start. */
  async close(): Promise<void> {
    this.#unwatch();
    this.#unwatch = () => {};
    this.#stop.abort();
    await this.#loop.close();
    await this.settled();
  }

  async #start(id: string): Promise<void> {
    const { turns, engine, signal } = this.#parts;
    await turns.take(id, async () => {
      const began = await engine.start(id, { signal }).catch((cause: unknown) => {
        throw fail("E_SPIN_START", { id, reason: reasonOf(cause) }, { cause });
      });
      // Docker of those days refused this; clients depend on it.
      if (!began) throw fail("E_SPIN_START", { id, reason: "it is already running" });
      await observe(this.#parts, id, await engine.container(id, { signal }));
    });
  }

  async #beginStop(id: string): Promise<boolean> {
    const marked = await this.#parts.turns.take(id, () => markStopping(this.#parts, id));
    if (marked) this.#inBackground(finishStopping(this.#parts, id));
    return marked;
  }

  /** Goes on with what a server that ended had begun. */
  #goOn(): void {
    for (const { id, status } of this.#parts.list.all())
      if (status === "stopping") this.#inBackground(finishStopping(this.#parts, id));
    this.#removeMarked();
  }

  /** What the engine would not remove, it is told again. */
  #removeMarked(): void {
    for (const { id, status } of this.#parts.list.all()) if (status === "deleting") this.#finishRemoving(id);
  }

  #finishRemoving(id: string): void {
    if (this.#removing.has(id)) return;
    this.#removing.add(id);
    const work = finishDeleting(this.#parts, id).then(() => this.#reports.forget(id));
    this.#inBackground(work.finally(() => this.#removing.delete(id)));
  }

  #heard(change: LiveChange): void {
    const { config, list, log, site } = this.#parts;
    if (change.kind === "away") return;
    const seen = change.kind === "changed" ? (change.now ?? change.before) : undefined;
    if (seen && !isSpin(seen, site)) return;
    if (config().state === "audit" && list.get(seen?.id ?? "")?.status !== "stopping") return;
    const look = seen ? observeAgain(this.#parts, seen.id) : this.audit();
    this.#inBackground(look.catch((error: unknown) => log.warn(`a container was not looked at: ${reasonOf(error)}`)));
  }

  #inBackground(work: Promise<void>): void {
    const task = work
      .catch((error: unknown) => {
        const { log, signal } = this.#parts;
        if (!signal.aborted) log.warn(`something went wrong in the background: ${reasonOf(error)}`);
      })
      .finally(() => this.#background.delete(task));
    this.#background.add(task);
  }
}
