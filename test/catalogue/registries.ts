// Debian's registry server for the catalogue: one open, one behind Basic auth (u1/p1), both over the same storage, as
// the specification's catalogue has them.

import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** A registry that answers. */
export interface CatalogueRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  stop(): void;
}

// bcrypt of "p1", at its lowest cost.
const HTPASSWD = "u1:$2b$04$sQP4wmQq4bMETPQFQfTwv.yBHxH5HPno9PRRWg/OZ8yL1qERzm7ty\n";

/** Starts a registry over the storage in `folder`. */
export async function startRegistry(folder: string, kind: "open" | "private"): Promise<CatalogueRegistry> {
  const port = await closedPort();
  const config = join(folder, `registry-${kind}.yml`);
  const passwords = join(folder, "htpasswd");
  writeFileSync(passwords, HTPASSWD);
  const auth = kind === "private" ? `auth: { htpasswd: { realm: berth, path: ${passwords} } }` : "";
  const storage = join(folder, "registry");
  writeFileSync(
    config,
    `version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: ${storage} }, maintenance: { uploadpurging: { enabled: false } } }
http: { addr: "127.0.0.1:${port}" }
${auth}
`,
  );
  const server = spawn("docker-registry", ["serve", config], { stdio: "ignore" });
  await answers(port, server);
  return { host: `127.0.0.1:${port}`, stop: () => void server.kill() };
}

async function answers(port: number, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (server.exitCode !== null) throw new Error("docker-registry ended at once");
    try {
      const { status } = await fetch(`http://127.0.0.1:${port}/v2/`);
      if (status === 200 || status === 401) return;
    } catch {
      // Not listening yet.
    }
    await pause(25);
  }
  throw new Error("docker-registry does not answer");
}

/** A port of the loopback on which nobody listens at this moment. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (typeof address !== "object" || !address) throw new Error("no free port");
  return address.port;
}
