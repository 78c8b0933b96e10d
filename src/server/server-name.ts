// Who this server is among those that share a database: an id that it keeps over restarts, so that it takes up its own work
// at once, and that no second process uses at the same time.

import { randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { errnoOf, reasonOf } from "../base/errors.ts";
import type { ServerName } from "../gateway/queue/servers.ts";
import { fail } from "./errors.ts";

/** The name, for as long as it is held. */
export interface HeldName extends ServerName {
  release(): Promise<void>;
}

/** Takes the name that belongs to the folder. @throws E_SERVE_FOLDER, E_SERVE_TWICE */
export async function takeServerName(stateDir: string): Promise<HeldName> {
  const host = hostname();
  // With the machine's name: the folder may lie on a file system that several share.
  const id = `${await readOrMakeId(stateDir)}@${host}`;
  const lock = await hold(id, stateDir);
  return { id, host, release: () => new Promise((resolve) => lock.close(() => resolve())) };
}

async function readOrMakeId(stateDir: string): Promise<string> {
  const path = join(stateDir, "server-id");
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    // `wx`: of two that make it at the same time one wins, and both read his.
    await writeFile(path, `${randomUUID()}\n`, { flag: "wx" }).catch((error: unknown) => {
      if (errnoOf(error) !== "EEXIST") throw error;
    });
    return (await readFile(path, "utf8")).trim().slice(0, 64);
  } catch (cause) {
    throw fail("E_SERVE_FOLDER", { what: "the state folder", path: stateDir, why: reasonOf(cause) }, { cause });
  }
}

// A socket without a place in the file system: the kernel takes it back whatever the process dies of.
function hold(id: string, stateDir: string): Promise<Server> {
  const lock = createServer((connection) => connection.destroy());
  return new Promise((resolve, reject) => {
    lock.once("error", (cause) => reject(fail("E_SERVE_TWICE", { path: stateDir }, { cause })));
    lock.listen(`\0berth-serve-${id}`, () => resolve(lock.unref()));
  });
}
