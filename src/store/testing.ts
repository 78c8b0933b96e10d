// Stores for tests: a new SQLite file in a folder of its own, memory-backed where the machine has such a file system.

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "./open-store.ts";
import type { Store } from "./store.ts";

const PARENT = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** A new empty store; closing it removes it. A file all the same, so that it behaves as in life. */
export async function openMemoryStore(now: () => number = () => Date.now() / 1000): Promise<Store> {
  const dir = await mkdtemp(join(PARENT, "berth-store-"));
  const store = await openStore(`sqlite:${join(dir, "berth.db")}`, { now });
  const close = store.close.bind(store);
  store.close = async () => {
    await close();
    await rm(dir, { recursive: true, force: true });
  };
  return store;
}
