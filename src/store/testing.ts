// Stores for tests: a new SQLite file in a folder of its own, memory-backed where the machine has such a file system.

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "./open-store.ts";
import type { Store } from "./store.ts";

const PARENT = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** A new empty store; closing it removes it. A file all the same, so that it behaves as in life. */
export async function openMemoryStore(now?: () => number): Promise<Store> {
  return (await openScratchStore(now)).store;
}

/** The same with its address, for tests that open it several times; the first one's close removes it. */
export async function openScratchStore(now: () => number = () => Date.now() / 1000) {
  const dir = await mkdtemp(join(PARENT, "berth-store-"));
  const url = `sqlite:${join(dir, "berth.db")}`;
  const store = await openStore(url, { now });
  const close = store.close.bind(store);
  store.close = async () => {
    await close();
    await rm(dir, { recursive: true, force: true });
  };
  return { store, url };
}
