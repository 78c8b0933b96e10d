// What containers consume, sampled now and then and kept for some hours in memory: for the charts of the pages.

import type { UsageSample } from "../../services/desk/types.ts";
import type { EngineContainer, EngineUsage } from "../../services/engine/types.ts";
import { LABELS } from "../../services/types.ts";

export interface UsageParts {
  readonly containers: () => readonly EngineContainer[];
  readonly read: (id: string, signal: AbortSignal) => Promise<EngineUsage | undefined>;
  /** 0: only when somebody asks. */
  readonly everyMs: () => number;
}

/** Samples of one container: four hours at one in thirty seconds. */
const KEPT = 480;
const AT_ONCE = 4;
/** A question may be so much later than the last answer before containers are asked again. */
const FRESH_SECONDS = 5;

/** Samples by container; `close` ends it. */
export class UsageMeter {
  readonly #parts: UsageParts;
  readonly #samples = new Map<string, UsageSample[]>();
  readonly #end = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #sampling: Promise<void> | undefined;

  constructor(parts: UsageParts) {
    this.#parts = parts;
    this.#arm();
  }

  /** The samples of a stack's containers since then, the oldest first. */
  async of(stack: string, since: number): Promise<readonly UsageSample[]> {
    const mine = this.#parts.containers().filter(({ labels }) => labels[LABELS.stack] === stack);
    const stale = mine.filter(({ id }) => Date.now() / 1000 - (this.#samples.get(id)?.at(-1)?.at ?? 0) > FRESH_SECONDS);
    await this.#sample(stale);
    const all = mine.flatMap(({ id }) => this.#samples.get(id) ?? []);
    return all.filter(({ at }) => at >= since).sort((a, b) => a.at - b.at);
  }

  close(): void {
    this.#end.abort();
    clearTimeout(this.#timer);
  }

  #arm(): void {
    const ms = this.#parts.everyMs();
    if (ms === 0 || this.#end.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#sampling ??= this.#sampleAll().finally(() => {
        this.#sampling = undefined;
        this.#arm();
      });
    }, ms).unref();
  }

  async #sampleAll(): Promise<void> {
    const all = this.#parts.containers().filter(({ labels }) => labels[LABELS.stack] !== undefined);
    const there = new Set(all.map(({ id }) => id));
    for (const id of this.#samples.keys()) if (!there.has(id)) this.#samples.delete(id);
    await this.#sample(all);
  }

  async #sample(containers: readonly EngineContainer[]): Promise<void> {
    const running = containers.filter(({ status }) => status === "running");
    for (let from = 0; from < running.length; from += AT_ONCE) {
      if (this.#end.signal.aborted) return;
      await Promise.all(running.slice(from, from + AT_ONCE).map((one) => this.#read(one)));
    }
  }

  async #read({ id, labels }: EngineContainer): Promise<void> {
    // A container that ends at this moment has nothing to say, nor has an engine that is away.
    const usage = await this.#parts.read(id, this.#end.signal).catch(() => undefined);
    if (!usage) return;
    const known = this.#samples.get(id) ?? [];
    const before = known.at(-1);
    const passed = before ? usage.at - before.at : 0;
    const cpu = before && passed > 0 ? Math.max(0, (usage.cpuSeconds - before.cpuSeconds) / passed) : undefined;
    known.push({ ...usage, cpu, service: labels[LABELS.service] ?? "", slot: Number(labels[LABELS.slot] ?? 1) });
    this.#samples.set(id, known.slice(-KEPT));
  }
}
