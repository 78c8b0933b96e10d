// Listens to what happens to containers: notes what people should know, and tells those who keep something of the state.

import { reasonOf } from "../../base/errors.ts";
import { serviceOf } from "../driver/names.ts";
import type { EngineContainer } from "../engine/types.ts";
import { LABELS } from "../types.ts";
import { happeningOf, type Remembered } from "./crash-watch.ts";
import { underWay } from "./operations.ts";
import type { Room } from "./parts.ts";
import { readWills } from "./stack-records.ts";

/** A container that falls over again and again is told of so often at most. */
const AGAIN_AFTER_MS = 60_000;

/** Watches the containers of all stacks. */
export class Watcher {
  readonly #room: Room;
  readonly #listeners = new Set<(stack: string | undefined) => void>();
  /** By stack and the container's id. */
  readonly #known = new Map<string, Map<string, Remembered>>();
  readonly #told = new Map<string, number>();
  readonly #ends: readonly (() => void)[];

  constructor(room: Room) {
    this.#room = room;
    this.#remember(undefined);
    this.#ends = [
      room.driver.watch((stack) => this.#changed(stack)),
      room.news.watch((told) => {
        // Steps are many, and show in the containers.
        if (told === undefined || (told.kind !== "step" && told.kind !== "health")) this.tell(told?.stack);
      }),
    ];
  }

  /** Calls back when the state of a stack may have changed; undefined: of any. The answer ends it. */
  watch(listener: (stack: string | undefined) => void): () => void {
    const own = (stack: string | undefined) => listener(stack);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  tell(stack: string | undefined): void {
    for (const listener of [...this.#listeners]) listener(stack);
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#listeners.clear();
  }

  #changed(stack: string | undefined): void {
    this.#remember(stack);
    this.tell(stack);
  }

  #remember(stack: string | undefined): void {
    if (stack !== undefined) {
      this.#rememberStack(stack, this.#room.driver.containers(stack));
      return;
    }
    const all = new Map([...this.#known.keys()].map((known): [string, EngineContainer[]] => [known, []]));
    for (const container of this.#room.driver.containers()) {
      const of = container.labels[LABELS.stack];
      if (of !== undefined) all.set(of, [...(all.get(of) ?? []), container]);
    }
    for (const [known, containers] of all) this.#rememberStack(known, containers);
  }

  #rememberStack(stack: string, containers: readonly EngineContainer[]): void {
    const before = this.#known.get(stack);
    for (const container of containers) {
      const happening = happeningOf(before?.get(container.id), container);
      if (happening) void this.#note(stack, serviceOf(container), container.id, happening);
    }
    for (const id of before?.keys() ?? []) if (!containers.some((one) => one.id === id)) this.#told.delete(id);
    const now = containers.map(({ id, status, health, restarts, exitCode }): [string, Remembered] => [
      id,
      { status, health, restarts, exitCode },
    ]);
    if (now.length > 0) this.#known.set(stack, new Map(now));
    else this.#known.delete(stack);
  }

  async #note(
    stack: string,
    service: string,
    id: string,
    { kind, message }: { readonly kind: string; readonly message: string },
  ): Promise<void> {
    const now = performance.now();
    const last = this.#told.get(id);
    if (kind === "crashed" && last !== undefined && now - last < AGAIN_AFTER_MS) return;
    try {
      const { db } = this.#room.store;
      // What an operation stops, or somebody stopped, has not crashed.
      if (await underWay(db, stack)) return;
      if ((await readWills(db, stack)).get(service)?.halted) return;
      this.#told.set(id, now);
      await this.#room.news.note({ stack, service, kind, message });
    } catch (error) {
      this.#room.log.debug(`what happened to ${stack} was not recorded: ${reasonOf(error)}`);
    }
  }
}
