// What the tests of the queue share: requests, clocks that are moved by hand, queues of several servers on one store.

import { randomBytes } from "node:crypto";
import type { Store } from "../../store/store.ts";
import type { NewPull } from "../records.ts";
import { makeQueue, type ServerQueue } from "./queue.ts";
import { sealWith } from "./seal.ts";

const KEY = randomBytes(32);

/** A request of user `uid` (null: of nobody in particular) for `tag`. */
export function request(tag: string, uid: number | null = 1000, more: Partial<NewPull> = {}): NewPull {
  const owner = uid === null ? undefined : { uid, gid: uid, user: `user${uid}` };
  const name = { kind: "pull" as const, system: "mycluster", itype: "docker", tag };
  return { ...name, owner, users: [], groups: [], registries: new Map(), ...more };
}

/** Time that passes only when it is told to: `now` in seconds can be set, `pass` moves both clocks by seconds. */
export interface HandClock {
  now: number;
  monotonicMs: number;
  pass(seconds: number): void;
  /** Somebody sets the clock, by so many seconds. */
  set(by: number): void;
}

export function handClock(): HandClock {
  return {
    now: 1_800_000_000,
    monotonicMs: 0,
    pass(seconds) {
      this.now += seconds;
      this.monotonicMs += seconds * 1000;
    },
    set(by) {
      this.now += by;
    },
  };
}

/** The queue of a server with that id; a server is dead after a minute of silence, a pull after `attempts`. */
export function serverQueue(store: Store, id: string, clock: HandClock, attempts = 3): ServerQueue {
  return makeQueue({
    store,
    server: { id, host: `${id}.example` },
    seal: sealWith(KEY),
    now: () => clock.now,
    monotonic: () => clock.monotonicMs,
    attempts,
  });
}
