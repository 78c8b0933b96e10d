// Measures how much CPU time services use, sparsely: only those whose policy asks, and only so many at a time.

import type { Engine } from "../engine/types.ts";
import type { KnownService } from "./known-service.ts";

interface Sample {
  readonly cpuSeconds: number;
  readonly at: number;
}

/** Questions to the engine at once. */
const AT_ONCE = 4;

/** The measurements of containers. */
export class CpuMeter {
  readonly #engine: Pick<Engine, "usage">;
  #samples: ReadonlyMap<string, Sample> = new Map();

  constructor(engine: Pick<Engine, "usage">) {
    this.#engine = engine;
  }

  /** Measures each of the services once; what the engine does not answer is left out. */
  async measure(services: Iterable<KnownService>, now: () => number, signal: AbortSignal): Promise<void> {
    const asked = [...services].filter(({ policy, wakefulness }) => {
      return wakefulness === "awake" && policy.idle.signals.includes("cpu");
    });
    const samples = new Map<string, Sample>();
    const queue = asked.values();
    const worker = async () => {
      for (const service of queue) {
        if (signal.aborted) return;
        await this.#one(service, samples, now, signal);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    // What stopped is forgotten with the old ones.
    this.#samples = samples;
  }

  async #one(
    service: KnownService,
    samples: Map<string, Sample>,
    now: () => number,
    signal: AbortSignal,
  ): Promise<void> {
    let share: number | undefined;
    for (const id of service.containers) {
      const usage = await this.#engine.usage(id, { signal }).catch(() => undefined);
      if (!usage) continue;
      const sample = { cpuSeconds: usage.cpuSeconds, at: now() };
      const before = this.#samples.get(id);
      samples.set(id, sample);
      // Less than before: it was started anew.
      if (!before || sample.cpuSeconds < before.cpuSeconds || sample.at <= before.at) continue;
      share = (share ?? 0) + (sample.cpuSeconds - before.cpuSeconds) / (sample.at - before.at);
    }
    if (share === undefined) return;
    const at = now();
    const busy = share > (service.policy.idle.cpuFloor ?? 0);
    service.measured({ share, at, busyAt: busy ? at : service.cpu?.busyAt });
    if (busy) service.use(at);
  }
}
