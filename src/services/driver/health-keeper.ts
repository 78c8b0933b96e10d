// Asks containers with an HTTP check again and again, and knows how each is. What is to be asked is said by a label of
// the container, so that a server that was started anew goes on where the last one ended.

import type { HealthSpec } from "../../recipe/stack/types.ts";
import { timerMs } from "../engine/timer-ms.ts";
import type { EngineContainer } from "../engine/types.ts";
import { HEALTH_LABEL } from "./names.ts";
import { probe } from "./probe.ts";

type Health = EngineContainer["health"];

interface Minded {
  container: EngineContainer;
  readonly run: string;
  readonly spec: HealthSpec;
  readonly since: number;
  health: Health;
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

/** No container is asked more often, whatever its recipe says. */
const LEAST_INTERVAL_MS = 100;
/** A container that has not been seen well yet is asked so often, so that it serves as soon as it can. */
const START_INTERVAL_MS = 500;

/** Keeps the health of containers that the engine does not check. */
export class HealthKeeper {
  readonly #byPort: boolean;
  readonly #monotonic: () => number;
  readonly #minded = new Map<string, Minded>();
  readonly #listeners = new Set<(container: EngineContainer) => void>();
  #closed = false;

  /** @param byPort containers cannot be reached by their addresses @param monotonic milliseconds */
  constructor(byPort: boolean, monotonic: () => number = () => performance.now()) {
    this.#byPort = byPort;
    this.#monotonic = monotonic;
  }

  /** The container with the health that is known of it. */
  see(container: EngineContainer): EngineContainer {
    if (container.labels[HEALTH_LABEL] === undefined) return container;
    const known = this.#minded.get(container.id);
    const own = known && known.run === runOf(container) ? known.health : "starting";
    return { ...container, health: worse(own, container.health) };
  }

  /** Begins to ask it, unless that is done already or it is not up. */
  mind(container: EngineContainer): void {
    const known = this.#minded.get(container.id);
    if (known && container.status === "running" && known.run === runOf(container)) {
      known.container = container;
      return;
    }
    this.forget(container.id);
    const spec = specOf(container);
    if (this.#closed || !spec || container.status !== "running") return;
    const since = this.#monotonic();
    const minded: Minded = {
      ...{ container, spec, since, run: runOf(container) },
      ...{ health: "starting", failures: 0, timer: undefined },
    };
    this.#minded.set(container.id, minded);
    void this.#ask(minded);
  }

  /** These are all that there are. */
  sync(containers: readonly EngineContainer[]): void {
    const there = new Set(containers.map(({ id }) => id));
    for (const id of [...this.#minded.keys()]) if (!there.has(id)) this.forget(id);
    for (const container of containers) this.mind(container);
  }

  forget(id: string): void {
    clearTimeout(this.#minded.get(id)?.timer);
    this.#minded.delete(id);
  }

  /** Calls back when the health of a container changed. The answer ends it. */
  watch(listener: (container: EngineContainer) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#closed = true;
    for (const id of [...this.#minded.keys()]) this.forget(id);
  }

  async #ask(minded: Minded): Promise<void> {
    const good = await probe(minded.container, minded.spec, this.#byPort);
    if (this.#minded.get(minded.container.id) !== minded) return;
    const before = minded.health;
    this.#judge(minded, good);
    const { intervalMs, startIntervalMs = Math.min(intervalMs, START_INTERVAL_MS) } = minded.spec;
    minded.timer = setTimeout(
      () => void this.#ask(minded),
      timerMs(Math.max(LEAST_INTERVAL_MS, minded.health === "starting" ? startIntervalMs : intervalMs)),
    );
    minded.timer.unref();
    if (minded.health !== before) for (const listener of [...this.#listeners]) listener(this.see(minded.container));
  }

  #judge(minded: Minded, good: boolean): void {
    if (good) {
      minded.failures = 0;
      minded.health = "healthy";
      return;
    }
    // While it starts, failing is no fault, until it worked for the first time.
    const { startPeriodMs, retries, intervalMs } = minded.spec;
    const age = this.#monotonic() - minded.since;
    if (minded.health === "starting" && age < startPeriodMs + intervalMs * Math.max(1, retries)) return;
    minded.failures += 1;
    if (minded.health === "starting" || minded.failures >= Math.max(1, retries)) minded.health = "unhealthy";
  }
}

/** Healthy is who is so by every check. */
function worse(a: Health, b: Health): Health {
  const order: readonly Health[] = ["none", "healthy", "starting", "unhealthy"];
  return order.indexOf(a) > order.indexOf(b) ? a : b;
}

function runOf({ id, startedAt, restarts }: EngineContainer): string {
  return `${id} ${startedAt ?? 0} ${restarts}`;
}

function specOf(container: EngineContainer): HealthSpec | undefined {
  try {
    const label = container.labels[HEALTH_LABEL];
    return label === undefined ? undefined : (JSON.parse(label) as HealthSpec);
  } catch {
    return undefined;
  }
}
