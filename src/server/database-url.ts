// The address of the database as the store wants it. A password may lie in a file of its own, where no list of processes
// and no copy of the configuration shows it.

import { readFile } from "node:fs/promises";
import { reasonOf } from "../base/errors.ts";
import type { DatabaseConfig } from "../site/server-config.ts";
import { fail } from "./errors.ts";

/** @throws E_SERVE_PASSWORD */
export async function databaseUrl(database: DatabaseConfig): Promise<string> {
  if (database.kind === "sqlite") return `sqlite:${database.path}`;
  const { url, passwordFile } = database;
  if (passwordFile === undefined) return url;
  const whole = new URL(url);
  whole.password = encodeURIComponent(await readPassword(passwordFile));
  return whole.href;
}

async function readPassword(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).replace(/\r?\n$/, "");
  } catch (cause) {
    throw fail("E_SERVE_PASSWORD", { path, why: reasonOf(cause) }, { cause });
  }
}
