// Health checks carried out by berth, for engines that do not run them (Podman leaves them to systemd's timers): the check's
// command in the container, at its interval, judged as Docker judges it. One timer for each running container with a check.

import { timerMs } from "./timer-ms.ts";
import type { Engine, EngineContainer, HealthCheck } from "./types.ts";

type Health = EngineContainer["health"];

/** How one container stands. */
interface Patient {
  readonly startedAt: number | undefined;
  readonly end: AbortController;
  health: Health;
  failures: number;
  timer?: NodeJS.Timeout;
}

/** Longest output of a check that is read before it is cut off: it is read only so that the check can end. */
const MAX_OUTPUT = 64 * 1024;
/** No check runs more often than this, whatever its interval says. */
const LEAST_INTERVAL_MS = 100;

export class HealthRunner {
  readonly #engine: Engine;
  readonly #changed: (id: string) => void;
  readonly #patients = new Map<string, Patient>();
  #enabled = false;

  /** `changed` is called when a container's health is another than before. */
  constructor(engine: Engine, changed: (id: string) => void) {
    this.#engine = engine;
    this.#changed = changed;
  }

  /** False: the engine checks itself. */
  enable(enabled: boolean): void {
    this.#enabled = enabled;
    if (!enabled) this.close();
  }

  /** Begins to check it when it runs and has a check, ends that when it does not; a restarted container begins anew. */
  watch(container: EngineContainer): void {
    const known = this.#patients.get(container.id);
    const runs = this.#enabled && container.status === "running" && container.healthCheck !== undefined;
    if (runs && known?.startedAt === container.startedAt && known !== undefined) return;
    // A paused container keeps its state: its programs cannot answer.
    if (container.status === "paused" && known?.startedAt === container.startedAt) return;
    this.forget(container.id);
    if (!runs || container.healthCheck === undefined) return;
    const patient: Patient = {
      startedAt: container.startedAt,
      end: new AbortController(),
      health: "starting",
      failures: 0,
    };
    this.#patients.set(container.id, patient);
    this.#next(container.id, patient, container.healthCheck);
  }

  forget(id: string): void {
    const patient = this.#patients.get(id);
    clearTimeout(patient?.timer);
    patient?.end.abort();
    this.#patients.delete(id);
  }

  /** The container with the health that was found here, where the engine does not check. */
  judged(container: EngineContainer): EngineContainer {
    if (!this.#enabled || container.healthCheck === undefined) return container;
    const health = this.#patients.get(container.id)?.health ?? "none";
    return health === container.health ? container : { ...container, health };
  }

  close(): void {
    for (const id of [...this.#patients.keys()]) this.forget(id);
  }

  #next(id: string, patient: Patient, check: HealthCheck): void {
    const wait = timerMs(Math.max(check.intervalMs, LEAST_INTERVAL_MS));
    patient.timer = setTimeout(() => void this.#examine(id, patient, check), wait);
    // A server that ends does not wait for the next check.
    patient.timer.unref();
  }

  async #examine(id: string, patient: Patient, check: HealthCheck): Promise<void> {
    const began = Date.now() / 1000;
    const well = await this.#isWell(id, patient, check);
    if (patient.end.signal.aborted) return;
    const health = judge(patient, well, began, check);
    if (health !== patient.health) {
      patient.health = health;
      this.#changed(id);
    }
    this.#next(id, patient, check);
  }

  /** Undefined: nothing can be said, as when the engine is away or the container has just been paused. */
  async #isWell(id: string, patient: Patient, check: HealthCheck): Promise<boolean | undefined> {
    const limit = AbortSignal.timeout(timerMs(check.timeoutMs));
    const signal = AbortSignal.any([patient.end.signal, limit]);
    try {
      const session = await this.#engine.exec(id, { argv: argvOf(check), tty: false, stdin: false }, { signal });
      try {
        let length = 0;
        for await (const { data } of session.output) {
          length += data.length;
          if (length > MAX_OUTPUT) break;
        }
        return (await session.wait()) === 0;
      } finally {
        session.close();
      }
    } catch {
      return limit.aborted ? false : undefined;
    }
  }
}

/** Docker's rules: one success is enough; failures count when they are `retries` in a row, and not while it may still start. */
export function judge(
  patient: { readonly health: Health; readonly startedAt: number | undefined; failures: number },
  well: boolean | undefined,
  at: number,
  check: HealthCheck,
): Health {
  if (well === undefined) return patient.health;
  if (well) {
    patient.failures = 0;
    return "healthy";
  }
  const starting = patient.health === "starting" && at - (patient.startedAt ?? 0) < check.startPeriodMs / 1000;
  if (starting) return "starting";
  patient.failures += 1;
  return patient.failures >= check.retries ? "unhealthy" : patient.health;
}

function argvOf({ test: [kind, ...words] }: HealthCheck): readonly string[] {
  if (kind === "CMD-SHELL") return ["/bin/sh", "-c", words.join(" ")];
  return kind === "CMD" ? words : [kind ?? "", ...words];
}
