// Transactions that change what lookups find: whatever they touched is forgotten here at once and everywhere else as soon
// as the database has told.

import type { Transaction } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";

const CHANNEL = "catalog";
// News are short; who hears of more changes than this forgets everything.
const TOLD = 200;

/** A transaction, and the way to say which images it changed. */
export interface Change {
  readonly trx: Transaction<Tables>;
  readonly kind: Store["kind"];
  /** Of the image with that key something that lookups answer is different now. */
  touch(key: number): void;
}

/** Who has to forget what. */
export interface Forgetful {
  forget(key: number): void;
  clear(): void;
}

/** One that has to forget whatever the two have to. */
export function both(one: Forgetful, other: Forgetful): Forgetful {
  return {
    forget(key) {
      one.forget(key);
      other.forget(key);
    },
    clear() {
      one.clear();
      other.clear();
    },
  };
}

/** Runs `work` in one transaction, which may happen more than once, and tells what it touched when it holds. */
export async function change<T>(store: Store, memory: Forgetful, work: (change: Change) => Promise<T>): Promise<T> {
  let touched = new Set<number>();
  const forget = () => {
    for (const key of touched) memory.forget(key);
  };
  try {
    return await store.transaction(async (trx) => {
      touched = new Set();
      const result = await work({ trx, kind: store.kind, touch: (key) => touched.add(key) });
      if (touched.size > 0) await store.notify(CHANNEL, touched.size > TOLD ? "*" : [...touched].join(" "), trx);
      return result;
    });
  } finally {
    // Also after a failure: a connection that broke at the commit leaves us not knowing whether it holds.
    forget();
  }
}

/** Forgets what other servers tell to have changed; the answer ends it. */
export function hearChanges(store: Store, memory: Forgetful): () => void {
  return store.listen(CHANNEL, (payload) => {
    const keys = payload?.split(" ").map(Number);
    if (!keys || keys.some((key) => !Number.isInteger(key))) memory.clear();
    else for (const key of keys) memory.forget(key);
  });
}

/** Keeps other transactions from changing the image before this one ends. SQLite has one writer at a time anyway. */
export async function lockImage({ trx, kind }: Change, key: number): Promise<void> {
  if (kind === "postgres") await trx.selectFrom("images").select("key").where("key", "=", key).forUpdate().execute();
}
