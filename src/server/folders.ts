// The folders that a server works in: made when missing, tried before anything depends on them.

import { access, constants, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { reasonOf } from "../base/errors.ts";
import type { SiteServerConfig } from "../site/server-config.ts";
import { fail } from "./errors.ts";

/** Makes the server's own folders, and looks at those of the systems. @throws E_SERVE_FOLDER, E_SERVE_SHARED */
export async function prepareFolders({ server, gateway }: SiteServerConfig): Promise<void> {
  const { database } = server;
  const folders: readonly (readonly [string, string])[] = [
    ["the state folder", server.stateDir],
    ["the cache folder", gateway.cacheDir],
    ["the work folder", gateway.workDir],
    ...(database.kind === "sqlite" ? [["the database's folder", dirname(database.path)] as const] : []),
  ];
  for (const [what, path] of folders) await prepare(what, path);
  await refuseShared(gateway);
}

// The configuration was refused when two systems have the same path; this finds links and mounts of the same folder.
async function refuseShared({ systems }: SiteServerConfig["gateway"]): Promise<void> {
  const seen = new Map<string, string>();
  for (const { name, transfer } of systems.values()) {
    if (transfer.kind !== "local") continue;
    // What is not there yet, or not now, shows itself when something is published.
    const info = await stat(transfer.imageDir).catch(() => undefined);
    if (!info) continue;
    const folder = `${info.dev}:${info.ino}`;
    const other = seen.get(folder);
    if (other !== undefined) throw fail("E_SERVE_SHARED", { path: transfer.imageDir, name, other });
    seen.set(folder, name);
  }
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
