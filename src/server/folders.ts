// The folders that a server works in: made when missing, tried before anything depends on them.

import { access, constants, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { reasonOf } from "../base/errors.ts";
import type { SiteServerConfig } from "../site/server-config.ts";
import { fail } from "./errors.ts";

/** Makes the server's own folders. @throws E_SERVE_FOLDER */
export async function prepareFolders({ server, gateway }: SiteServerConfig): Promise<void> {
  const { database } = server;
  const folders: readonly (readonly [string, string])[] = [
    ["the state folder", server.stateDir],
    ["the cache folder", gateway.cacheDir],
    ["the work folder", gateway.workDir],
    ...(database.kind === "sqlite" ? [["the database's folder", dirname(database.path)] as const] : []),
  ];
  for (const [what, path] of folders) await prepare(what, path);
}

/** @throws E_SERVE_FOLDER when nothing can be written there */
export async function checkFolder(what: string, path: string): Promise<void> {
  try {
    await access(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw fail("E_SERVE_FOLDER", { what, path, why: reasonOf(cause) }, { cause });
  }
}

async function prepare(what: string, path: string): Promise<void> {
  try {
    // Private images pass through all of them.
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw fail("E_SERVE_FOLDER", { what, path, why: reasonOf(cause) }, { cause });
  }
  await checkFolder(what, path);
}
