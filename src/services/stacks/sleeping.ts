// Sleeping and waking: what the idle sweep and the proxy ask for. Waking is asked for by many at once, and done once.

import { hasCode } from "../../base/errors.ts";
import { withDependencies } from "../driver/order.ts";
import { LABELS } from "../types.ts";
import { beginChange } from "./begin.ts";
import { fail } from "./errors.ts";
import { BERTH, underWay } from "./operations.ts";
import type { Room } from "./parts.ts";
import type { Runner } from "./runner.ts";
import { checkService, readDeployment, readStack, readWills, setWill } from "./stack-records.ts";
import type { Operation, Waiting } from "./types.ts";

/** What waits for the end of operations, of any server. */
export type WaitForEnd = (id: string, wait?: Waiting) => Promise<Operation>;

/** Puts services to sleep and wakes them. */
export class Sleeping {
  readonly #room: Room;
  readonly #runner: Runner;
  readonly #ended: WaitForEnd;
  readonly #waking = new Map<string, Promise<void>>();

  constructor(room: Room, runner: Runner, ended: WaitForEnd) {
    this.#room = room;
    this.#runner = runner;
    this.#ended = ended;
  }

  /** False: something else is under way, it does not run, or it could not be stopped. */
  async sleep(stack: string, service: string, action: "stop" | "pause", reason: string): Promise<boolean> {
    const { store, driver } = this.#room;
    if (checkService(await readStack(store.db, stack), service).kind === "job") return false;
    if ((await readWills(store.db, stack)).get(service)?.halted) return false;
    const halted = action === "pause" && driver.canPause ? "paused" : "asleep";
    const wanted = { stack, service, kind: "sleep", by: BERTH } as const;
    try {
      const { id } = await beginChange(this.#runner, wanted, (trx) =>
        setWill(trx, stack, [service], { halted, reason }, store.now()),
      );
      const end = await this.#ended(id);
      if (end.state === "done") return true;
      // Unless somebody wants something else by now.
      await store.db
        .updateTable("stack_services")
        .set({ halted: null, reason: null, at: store.now() })
        .where("stack", "=", stack)
        .where("service", "=", service)
        .where("halted", "=", halted)
        .execute();
      return false;
    } catch (error) {
      if (hasCode(error, "E_STACK_BUSY")) return false;
      throw error;
    }
  }

  /** Resolves when its containers are started. @throws E_STACK_ASLEEP, or the signal's reason */
  wake(stack: string, service: string, { signal }: Waiting = {}): Promise<void> {
    const key = `${stack}/${service}`;
    const known = this.#waking.get(key) ?? this.#wakeOnce(stack, service).finally(() => this.#waking.delete(key));
    this.#waking.set(key, known);
    return patiently(known, signal);
  }

  async #wakeOnce(stack: string, service: string): Promise<void> {
    const { store } = this.#room;
    for (;;) {
      const record = await readStack(store.db, stack);
      checkService(record, service);
      const wills = await readWills(store.db, stack);
      const halted = wills.get(service)?.halted;
      const doing = await underWay(store.db, stack);
      if (!doing && halted === undefined && this.#runs(stack, service)) return;
      if (halted === "stopped")
        throw fail("E_STACK_ASLEEP", { stack, service, reason: "somebody stopped it", cure: "start it" });
      if (doing) {
        // Whatever it is, it may be what we want; then it is looked at again.
        await this.#ended(doing.id);
        continue;
      }
      if (await this.#begin(stack, service, record.deployment)) return;
    }
  }

  // Wanted is not enough: a wake before may have failed.
  #runs(stack: string, service: string): boolean {
    const own = this.#room.driver.containers(stack).filter(({ labels }) => labels[LABELS.service] === service);
    return own.some(({ status }) => status === "running");
  }

  // False: another operation was faster.
  async #begin(stack: string, service: string, deployment: string | null): Promise<boolean> {
    const { store } = this.#room;
    if (deployment === null) throw fail("E_STACK_NOT_DEPLOYED", { stack });
    const { spec } = await readDeployment(store.db, deployment);
    const wanted = { stack, service, kind: "wake", by: BERTH } as const;
    try {
      const { id } = await beginChange(this.#runner, wanted, async (trx) => {
        const wills = await readWills(trx, stack);
        // What somebody stopped by hand stays so.
        const asleep = withDependencies(spec, service).filter((name) => {
          const halted = wills.get(name)?.halted;
          return halted === "asleep" || halted === "paused";
        });
        await setWill(trx, stack, asleep, { halted: null, reason: null }, store.now());
      });
      const end = await this.#ended(id);
      if (end.state === "done") return true;
      const reason = end.message ?? "it did not start";
      throw fail("E_STACK_ASLEEP", { stack, service, reason, cure: "look at its events and logs" });
    } catch (error) {
      if (hasCode(error, "E_STACK_BUSY")) return false;
      throw error;
    }
  }
}

function patiently(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
