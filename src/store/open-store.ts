// Opens the database of berth's server by its address. The one door of this room for those who compose a server.

import { resolve } from "node:path";
import { fail } from "./errors.ts";
import type { Store } from "./store.ts";

/** How a store is opened. */
export interface StoreOptions {
  /** Seconds since 1970 with fraction. */
  readonly now: () => number;
  /** PostgreSQL: connections at most; 10 unless said otherwise. */
  readonly connections?: number | undefined;
  /** The program answers others for as long as it runs, and must not stand still while SQLite tidies its file. */
  readonly lasting?: boolean | undefined;
}

/**
 * Opens `sqlite:PATH` or `postgres://…` and brings its schema up to date.
 *
 * @throws E_STORE_URL, E_STORE_OPEN, E_STORE_NEWER, E_STORE_MIGRATION, E_STORE_AWAY
 */
export async function openStore(url: string, options: StoreOptions): Promise<Store> {
  const path = /^sqlite:(?<path>.+)$/.exec(url)?.groups?.["path"];
  // Only the database that is used is loaded.
  if (path) return (await import("./sqlite/open.ts")).openSqlite(resolve(path), options);
  if (/^postgres(ql)?:\/\//.test(url)) return (await import("./postgres/open.ts")).openPostgres(url, options);
  // An address of a kind we do not know may hold a password too.
  throw fail("E_STORE_URL", { url: url.replace(/:.*/s, ":…") });
}
