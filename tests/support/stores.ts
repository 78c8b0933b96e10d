// Both kinds of store for a test file that must hold for both: SQLite in a new file, PostgreSQL in a new database of one
// server per test file.

import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "./postgres.ts";

const wallClock = () => Date.now() / 1000;

/** A kind of store for `describe.each`. */
export interface StoreChoice {
  /** For the name of the test; says why when it is skipped. */
  readonly kind: string;
  readonly skip: boolean;
  /** The address of a database that nobody has opened yet. */
  address(): Promise<string>;
  /** A new empty store, closed at the end of the file at the latest. */
  open(): Promise<Store>;
  /** The address by which other processes open it. */
  url(store: Store): string;
  /** One more connection to the same database, as another server has it. */
  again(store: Store): Promise<Store>;
}

/** Both kinds. To be called at the top of a test file, since it starts and stops the server with the file. */
export function storeChoices(): readonly StoreChoice[] {
  let postgres: TestPostgres | undefined;
  let dir = "";
  const opened: Store[] = [];
  const addresses = new WeakMap<Store, string>();
  const keep = (store: Store, address: string) => {
    opened.push(store);
    addresses.set(store, address);
    return store;
  };
  beforeAll(async () => {
    // In memory where the machine has such a file system.
    dir = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "berth-stores-"));
    postgres = hasPostgres ? await startPostgres() : undefined;
  });
  afterAll(async () => {
    for (const store of opened.reverse()) await store.close();
    await postgres?.stop();
    await rm(dir, { recursive: true, force: true });
  });
  const url = (store: Store) => addresses.get(store) ?? "";
  const again = async (store: Store) => {
    return keep(await openStore(url(store), { now: wallClock }), url(store));
  };
  const choice = (kind: string, skip: boolean, address: () => Promise<string>): StoreChoice => {
    const open = async () => {
      const url = await address();
      return keep(await openStore(url, { now: wallClock }), url);
    };
    return { kind, skip, address, open, again, url };
  };
  return [
    choice("SQLite", false, async () => `sqlite:${join(dir, `${randomUUID()}.db`)}`),
    choice(hasPostgres ? "PostgreSQL" : "PostgreSQL (skipped: it is not installed)", !hasPostgres, async () => {
      return (await postgres?.createDatabase()) ?? "";
    }),
  ];
}
