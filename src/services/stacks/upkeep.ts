// Puts right what an engine did by itself when it, or the whole machine, was started again. It cannot start a container whose
// files lay in memory, and it starts what had ended with a failure, also when that was because somebody stopped it.

import { reasonOf } from "../../base/errors.ts";
import { configDigests } from "../driver/config-digest.ts";
import { configOf, isUp, serviceOf, slotOf } from "../driver/names.ts";
import type { EngineContainer } from "../engine/types.ts";
import { type DesiredStack, LABELS } from "../types.ts";
import { beginChange } from "./begin.ts";
import { desiredOf } from "./desired.ts";
import { BERTH, underWay } from "./operations.ts";
import type { Room } from "./parts.ts";
import type { Runner } from "./runner.ts";
import { findStack, readDeployment, readWills } from "./stack-records.ts";
import type { ServiceWill } from "./state.ts";

/** What does not come up is not tried again and again. */
const TRIES = 3;

type Wills = ReadonlyMap<string, ServiceWill>;

/** Looks after all stacks whenever all containers were listed anew. */
export class Upkeep {
  readonly #room: Room;
  readonly #runner: Runner;
  /** By container and its last run. */
  readonly #tries = new Map<string, number>();
  #unwatch: (() => void) | undefined;
  #looking: Promise<void> | undefined;
  #again = false;

  constructor(room: Room, runner: Runner) {
    this.#room = room;
    this.#runner = runner;
  }

  /** Begins; the first look at once. */
  begin(): void {
    this.#unwatch ??= this.#room.driver.watch((stack) => {
      if (stack === undefined) this.#look();
    });
    this.#look();
  }

  /** Begins nothing more. */
  async close(): Promise<void> {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#again = false;
    await this.#looking;
  }

  #look(): void {
    this.#again = true;
    this.#looking ??= this.#lookAround().finally(() => {
      this.#looking = undefined;
    });
  }

  async #lookAround(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      for (const stack of await this.#suspects()) await this.#mend(stack);
    }
  }

  // A first sieve that asks no engine: nearly all stacks stay behind it.
  async #suspects(): Promise<readonly string[]> {
    const { store, driver, log } = this.#room;
    try {
      const rows = await store.db
        .selectFrom("stack_services")
        .select(["stack", "service"])
        .where("halted", "is not", null)
        .execute();
      const halted = new Set(rows.map(({ stack, service }) => `${stack}/${service}`));
      return suspects(driver.containers(), halted);
    } catch (error) {
      log.warn(`what the engine did by itself was not looked after: ${reasonOf(error)}`);
      return [];
    }
  }

  async #mend(name: string): Promise<void> {
    const { store, driver, log } = this.#room;
    try {
      const stack = await findStack(store.db, name);
      if (!stack?.deployment || (await underWay(store.db, name))) return;
      const wills = await readWills(store.db, name);
      const desired = desiredOf(await readDeployment(store.db, stack.deployment), wills);
      const [observed] = await driver.observe(name);
      const containers = observed?.containers ?? [];
      const stop = strayed(containers, wills);
      const start = fallen(containers, desired, wills).filter((one) => this.#mayTry(one));
      await this.#change(name, "stop", stop);
      await this.#change(name, "start", start);
    } catch (error) {
      // Somebody else began something, or the engine went again: then there is another look.
      log.debug(`${name} was left as the engine left it: ${reasonOf(error)}`);
    }
  }

  async #change(stack: string, kind: "start" | "stop", containers: readonly EngineContainer[]): Promise<void> {
    const services = [...new Set(containers.map(serviceOf))];
    if (services.length === 0 || this.#unwatch === undefined) return;
    this.#room.log.info(`${kind} ${services.join(", ")} of ${stack}: the engine was started again`);
    const { id } = await beginChange(this.#runner, { stack, kind, by: BERTH, arguments: { services } });
    await this.#runner.ended(id);
  }

  #mayTry({ id, startedAt = 0 }: EngineContainer): boolean {
    const key = `${id} ${startedAt}`;
    const tries = (this.#tries.get(key) ?? 0) + 1;
    if (this.#tries.size > 10_000) this.#tries.clear();
    this.#tries.set(key, tries);
    return tries <= TRIES;
  }
}

// Stacks of containers that run and should not, or seem to be down. `halted`: `STACK/SERVICE`.
function suspects(containers: readonly EngineContainer[], halted: ReadonlySet<string>): readonly string[] {
  const stacks = containers.flatMap(({ labels, status }) => {
    const stack = labels[LABELS.stack];
    if (stack === undefined || labels[LABELS.kind] === "job") return [];
    const isHalted = halted.has(`${stack}/${labels[LABELS.service] ?? ""}`);
    const odd = isHalted ? status === "running" || status === "restarting" : status === "exited";
    return odd ? [stack] : [];
  });
  return [...new Set(stacks)];
}

/** Those that run although their service is not to. Pure. */
export function strayed(containers: readonly EngineContainer[], wills: Wills): readonly EngineContainer[] {
  return containers.filter((one) => {
    const halted = wills.get(serviceOf(one))?.halted;
    return halted === "paused" ? one.status === "running" : halted !== undefined && isUp(one);
  });
}

/** Those that the engine was to keep up and that are down. Pure. */
export function fallen(
  containers: readonly EngineContainer[],
  desired: DesiredStack,
  wills: Wills,
): readonly EngineContainer[] {
  const configs = configDigests(desired);
  return containers.filter((one) => {
    const service = desired.spec.services.find(({ name }) => name === serviceOf(one));
    if (!service || service.kind === "job" || wills.get(service.name)?.halted || one.status !== "exited") return false;
    const { when, attempts } = service.restart;
    // Of one that had only so many attempts nobody knows whether they are used up.
    const kept = when === "always" || when === "unless-stopped";
    const again = kept || (when === "on-failure" && attempts === undefined && one.exitCode !== 0);
    return again && configOf(one) === configs.get(service.name) && slotOf(one) <= service.replicas;
  });
}
