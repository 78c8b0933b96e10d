// Stacks in memory, for tests of who sleeps and who wakes: as many services as are wanted, and a list of what was done.

import type { IdleSpec, ServiceSpec, StackSpec } from "../../recipe/stack/types.ts";
import { fail } from "../stacks/errors.ts";
import type { Page } from "../stacks/types.ts";
import type { Service, ServiceState, Stack } from "../types.ts";
import type { IdleOptions } from "./idle-keeper.ts";
import type { SteadyClock } from "./steady-clock.ts";

/** A policy: half an hour without requests or connections. */
export const HALF_AN_HOUR: IdleSpec = {
  ...{ afterMs: 1_800_000, action: "stop", signals: ["requests", "connections"], keepWarm: [], wake: true },
  ...{ wakeWith: "auto", holdMs: 30_000, ignorePaths: [], ignoreAgents: [], unknownMeans: "active" },
};

/** A clock that stands still until it is told to go on. */
export class HandClock implements SteadyClock {
  #now: number;
  #step = 0;

  constructor(now = 1_800_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  settle(): number {
    const step = this.#step;
    this.#step = 0;
    this.#now += step;
    return step;
  }

  advance(seconds: number): void {
    this.#now += seconds;
  }

  /** Somebody sets the machine's clock. */
  set(seconds: number): void {
    this.#step += seconds;
  }
}

interface Held {
  state: ServiceState;
  startedAt: number;
  readonly idle: IdleSpec | undefined;
}

/** Stacks of one service `web` each. */
export class MemoryStacks {
  readonly done: string[] = [];
  readonly #held = new Map<string, Held>();
  readonly #listeners = new Set<(stack: string | undefined) => void>();
  readonly #clock: SteadyClock;
  /** What waking ends in. */
  wakeFailure: string | undefined;
  /** The stack whose recipe cannot be read. */
  unreadable: string | undefined;
  /** What a list, made already, waits for before it is answered. */
  listing: Promise<void> = Promise.resolve();
  /** How often a stack was asked for. */
  shown = 0;
  /** A list was answered after `listing`. */
  listed = false;

  constructor(clock: SteadyClock) {
    this.#clock = clock;
  }

  add(name: string, idle: IdleSpec | undefined = HALF_AN_HOUR): void {
    this.#held.set(name, { state: "running", startedAt: this.#clock.now(), idle });
    this.tell(name);
  }

  /** Somebody started or stopped it by other means. */
  become(name: string, state: ServiceState): void {
    const held = this.#held.get(name);
    if (!held) return;
    held.state = state;
    if (state === "running") held.startedAt = this.#clock.now();
    this.tell(name);
  }

  remove(name: string): void {
    this.#held.delete(name);
    this.tell(name);
  }

  tell(name: string | undefined): void {
    for (const listener of [...this.#listeners]) listener(name);
  }

  /** As the keeper uses them. */
  readonly stacks: IdleOptions["stacks"] = {
    list: async (_filter, page = {}): Promise<Page<Stack>> => {
      const names = [...this.#held.keys()].sort().filter((name) => name > (page.after ?? ""));
      const items = names.slice(0, page.limit ?? 100).map((name) => this.#show(name));
      this.listed = false;
      await this.listing;
      this.listed = true;
      return { items, next: names.length > items.length ? items.at(-1)?.name : undefined };
    },
    show: async (name) => {
      this.shown++;
      return this.#show(name);
    },
    spec: async (name) => {
      if (name === this.unreadable) throw new Error("its recipe is broken");
      return specOf(name, this.#held.get(name)?.idle);
    },
    watchState: (listener) => {
      this.#listeners.add(listener);
      return () => void this.#listeners.delete(listener);
    },
    sleep: async (name, service, action, reason) => {
      this.done.push(`${action} ${name}/${service}: ${reason}`);
      this.become(name, action === "pause" ? "paused" : "asleep");
      return true;
    },
    wake: async (name, service) => {
      this.done.push(`wake ${name}/${service}`);
      if (this.wakeFailure !== undefined) throw new Error(this.wakeFailure);
      this.become(name, "running");
    },
  };

  #show(name: string): Stack {
    const held = this.#held.get(name);
    if (!held) throw fail("E_STACK_NONE", { stack: name });
    return stackOf(name, held);
  }
}

function stackOf(name: string, { state, startedAt }: Held): Stack {
  const status = state === "running" ? "running" : state === "paused" ? "paused" : "exited";
  const container = { id: `id-${name}`, slot: 1, status, health: "none", digest: "", startedAt } as const;
  const service: Service = {
    ...{ stack: name, name: "web", state, reason: undefined, image: "i", digest: "", wanted: 1, ports: [], routes: [] },
    containers: [{ ...container, exitCode: undefined, restarts: 0, error: "" }],
    idle: undefined,
  };
  return {
    ...{ name, title: name, owner: "fred", group: undefined, staffOwner: undefined, staffGroup: undefined, tags: {} },
    ...{
      state: "running",
      reason: undefined,
      deployment: `d-${name}`,
      services: [service],
      createdAt: 0,
      updatedAt: 0,
    },
  };
}

function specOf(name: string, idle: IdleSpec | undefined): StackSpec {
  const service = { name: "web", kind: "service", idle } as ServiceSpec;
  return { name, tags: {}, services: [service], networks: [], volumes: [], secrets: [], configs: [] };
}
