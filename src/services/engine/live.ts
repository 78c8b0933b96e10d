// The containers of this site as they are now, in memory: filled by one list, kept fresh by the engine's events, listed again
// after the engine was away. Reading asks the engine nothing. Knows nothing of stacks but their label.

import { setTimeout as pause } from "node:timers/promises";
import { hasCode, reasonOf } from "../../base/errors.ts";
import { LABELS } from "../types.ts";
import { isAbsence } from "./engine.ts";
import { HealthRunner } from "./health-runner.ts";
import { inParallel } from "./in-parallel.ts";
import { ContainerIndex } from "./live-index.ts";
import type { Engine, EngineContainer, EngineEvent } from "./types.ts";

/** Events of one moment are gathered this long, so that a container is looked at once. */
const GATHER_MS = 15;
const INSPECTIONS = 8;
const FIRST_WAIT_MS = 50;
const LAST_WAIT_MS = 2000;
const REMEMBERED = 4096;
/** Events that say nothing new of a container. */
const QUIET = /^(?:exec_\w+|attach|resize|top|archive-path|extract-to-dir|copy|export|commit|init|cleanup)$/;

/** What a watcher is told. `before` undefined: it is new; `now` undefined: it is gone. `away`: the engine does not answer. */
export type LiveChange =
  | {
      readonly kind: "changed";
      readonly id: string;
      readonly before: EngineContainer | undefined;
      readonly now: EngineContainer | undefined;
    }
  | { readonly kind: "listed" }
  | { readonly kind: "away"; readonly reason: string };

export interface LiveSettings {
  readonly engine: Engine;
  /** Value of the label `berth.site`. */
  readonly site: string;
  /** Everything is listed again this often even if nothing seems to happen; 5 minutes unless said. */
  readonly relistMs?: number | undefined;
  /** What went wrong and is tried again: for the server's log. */
  readonly onProblem?: ((error: unknown) => void) | undefined;
}

/** All containers of one site on one engine. Begins at once; `close` ends it. */
export class LiveContainers {
  readonly #settings: LiveSettings;
  readonly #index = new ContainerIndex();
  readonly #watchers = new Set<(change: LiveChange) => void>();
  readonly #end = new AbortController();
  readonly #health: HealthRunner;
  readonly #dirty = new Set<string>();
  /** Ids are never used again: an answer that was under way when its container went must not bring it back. */
  readonly #destroyed = new Set<string>();
  #first = Promise.withResolvers<void>();
  #fresh = false;
  #gathering: Promise<void> | undefined;
  readonly #ended: Promise<void>;

  constructor(settings: LiveSettings) {
    this.#settings = settings;
    this.#health = new HealthRunner(settings.engine, (id) => this.#healthChanged(id));
    this.#ended = this.#run();
  }

  /** With the health that berth found itself, where the engine does not check. */
  get(id: string): EngineContainer | undefined {
    const found = this.#index.get(id);
    return found && this.#health.judged(found);
  }

  all(): readonly EngineContainer[] {
    return this.#index.all().map((one) => this.#health.judged(one));
  }

  byStack(stack: string): readonly EngineContainer[] {
    return this.#index.byStack(stack).map((one) => this.#health.judged(one));
  }

  /** The container that has this address in any of its networks. */
  byAddress(address: string): EngineContainer | undefined {
    const found = this.#index.byAddress(address);
    return found && this.#health.judged(found);
  }

  /** False while the engine is away: what is known may be old. */
  get fresh(): boolean {
    return this.#fresh;
  }

  /** Resolves when all containers are known; at once when they are. After an outage it waits for the next list. */
  async ready({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    signal?.throwIfAborted();
    const cut = Promise.withResolvers<never>();
    const onAbort = () => cut.reject(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      await Promise.race([this.#first.promise, cut.promise]);
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Calls back after each change; the answer ends that. A listener that throws is heard of by `onProblem`. */
  watch(listener: (change: LiveChange) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  /** Looks at one container now, without waiting for the engine's event. */
  async refresh(id: string): Promise<EngineContainer | undefined> {
    await this.#look(id);
    return this.get(id);
  }

  async close(): Promise<void> {
    this.#end.abort();
    this.#health.close();
    // Nobody may wait for ever for a list that will not come.
    this.#first.promise.catch(() => undefined);
    this.#first.reject(this.#end.signal.reason);
    await this.#ended;
    await this.#gathering;
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(wait * 2, LAST_WAIT_MS)) {
      try {
        await this.#follow();
        wait = FIRST_WAIT_MS;
      } catch (error) {
        if (signal.aborted) return;
        if (this.#fresh) wait = FIRST_WAIT_MS;
        this.#away(error);
        await pause(wait, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Lists, and follows until it is time to list again; throws when the engine goes away. */
  async #follow(): Promise<void> {
    const { engine, relistMs = 5 * 60_000 } = this.#settings;
    const round = AbortSignal.any([this.#end.signal, AbortSignal.timeout(relistMs)]);
    // Events since a moment before the list: what happens while it is made is told afterwards.
    const since = Date.now() / 1000 - 1;
    await this.#list();
    for await (const event of engine.events({ since }, { signal: round })) this.#heard(event);
  }

  async #list(): Promise<void> {
    const { engine, site } = this.#settings;
    const { signal } = this.#end;
    const info = await engine.info({ signal });
    this.#health.enable(!info.healthChecks);
    const found = await engine.containers({ labels: [`${LABELS.site}=${site}`], all: true }, { signal });
    const ids = new Set(found.map((one) => one.id));
    for (const { id } of this.#index.all()) if (!ids.has(id)) this.#forget(id);
    for (const one of found) this.#put(one);
    this.#fresh = true;
    this.#first.resolve();
    this.#tell({ kind: "listed" });
  }

  #heard({ kind, action, id, attributes }: EngineEvent): void {
    // A container's addresses change with its networks; only that event names the container elsewhere.
    const container = kind === "network" ? (attributes["container"] ?? "") : kind === "container" ? id : "";
    const ours = attributes[LABELS.site] === this.#settings.site || this.#index.get(container) !== undefined;
    if (container === "" || !ours || QUIET.test(action)) return;
    if (kind === "container" && action === "destroy") {
      this.#dirty.delete(container);
      this.#destroyed.add(container);
      if (this.#destroyed.size > REMEMBERED) this.#destroyed.delete(this.#destroyed.values().next().value ?? "");
      this.#forget(container);
      return;
    }
    this.#dirty.add(container);
    this.#gathering ??= this.#gather();
  }

  async #gather(): Promise<void> {
    try {
      while (this.#dirty.size > 0 && !this.#end.signal.aborted) {
        await pause(GATHER_MS);
        const ids = [...this.#dirty];
        this.#dirty.clear();
        await inParallel(ids, INSPECTIONS, (id) => this.#look(id));
      }
    } catch (error) {
      // The stream of events ends too when the engine is gone, and then all is listed again.
      if (!this.#end.signal.aborted) this.#settings.onProblem?.(error);
    } finally {
      this.#gathering = undefined;
    }
  }

  async #look(id: string): Promise<void> {
    const found = await this.#settings.engine.container(id, { signal: this.#end.signal });
    if (found && found.labels[LABELS.site] === this.#settings.site) this.#put(found);
    else this.#forget(id);
  }

  #put(container: EngineContainer): void {
    if (this.#destroyed.has(container.id)) return;
    const before = this.get(container.id);
    this.#index.put(container);
    this.#health.watch(container);
    const now = this.#health.judged(container);
    if (JSON.stringify(before) !== JSON.stringify(now)) this.#tell({ kind: "changed", id: container.id, before, now });
  }

  #forget(id: string): void {
    const before = this.get(id);
    this.#index.delete(id);
    this.#health.forget(id);
    if (before) this.#tell({ kind: "changed", id, before, now: undefined });
  }

  #healthChanged(id: string): void {
    const found = this.#index.get(id);
    const now = found && this.#health.judged(found);
    if (now) this.#tell({ kind: "changed", id, before: found, now });
  }

  #away(error: unknown): void {
    if (!isAbsence(error) && !hasCode(error, "E_ENGINE_ANSWER")) this.#settings.onProblem?.(error);
    if (!this.#fresh) return;
    this.#fresh = false;
    this.#first = Promise.withResolvers<void>();
    this.#tell({ kind: "away", reason: reasonOf(error) });
  }

  #tell(change: LiveChange): void {
    for (const watcher of this.#watchers) {
      try {
        watcher(change);
      } catch (error) {
        this.#settings.onProblem?.(error);
      }
    }
  }
}
