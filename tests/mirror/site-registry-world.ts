// The site's registry for the tests: Debian's registry behind a gateway of four people and two teams, on a socket that
// only the gateway reaches.

import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { join } from "node:path";
import fastify from "fastify";
import { silent } from "../../src/base/log.ts";
import { registryConfig } from "../../src/gateway/registry/registry-config.ts";
import type { PushedManifest } from "../../src/gateway/registry/shelf.ts";
import { openSiteRegistry, type SiteRegistry } from "../../src/gateway/registry/site-registry.ts";
import type { Principal, Verdict } from "../../src/gateway/types.ts";
import { openMemoryStore } from "../../src/store/testing.ts";
import { scratchDir } from "../support/registry.ts";

/** A running gateway with its registry. */
export interface TestSiteRegistry {
  readonly registry: SiteRegistry;
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly dir: string;
  stop(): Promise<void>;
}

const UIDS = new Map([
  ["anna", 2001],
  ["bob", 2002],
  ["carla", 2003],
  ["root", 0],
]);
/** anna and bob are in the group that makes the team `physics`. */
const PHYSICS = 3000;

/** The password of everybody is his name, twice. */
export function passwordOf(user: string): string {
  return `${user}-${user}`;
}

function principal(user: string): Principal {
  const uid = UIDS.get(user) ?? -1;
  const gids = ["anna", "bob"].includes(user) ? [uid, PHYSICS] : [uid];
  return { uid, gid: uid, user, group: user, via: "token", registries: new Map(), groups: async () => gids };
}

export async function startSiteRegistry(
  judge?: (pushed: PushedManifest) => Promise<Verdict>,
): Promise<TestSiteRegistry> {
  const dir = await scratchDir("site-registry");
  const store = await openMemoryStore();
  const socket = join(dir, "registry.sock");
  const refresh = new Map<string, string>();
  const registry = await openSiteRegistry({
    ...{ store, keyDir: join(dir, "keys"), service: "site registry", issuer: "gateway", host: undefined, judge },
    backend: { kind: "unix", path: socket },
    tagRules: [{ pattern: "semver", kind: "immutable" }],
    eventsSecret: "events secret",
    login: async (password) => {
      const user = refresh.get(password) ?? [...UIDS.keys()].find((name) => passwordOf(name) === password);
      return user === undefined ? undefined : principal(user);
    },
    refreshToken: async (who) => {
      const token = `refresh-${refresh.size}`;
      refresh.set(token, who.user);
      return token;
    },
    log: silent,
    groups: async (uid) => (["anna", "bob"].some((user) => UIDS.get(user) === uid) ? [uid, PHYSICS] : [uid]),
    prefixes: () => ["site/"],
    groupNumber: async (name) => (name === "physicists" ? PHYSICS : undefined),
    isAdmin: (who) => who.user === "root",
  });
  const app = fastify({ forceCloseConnections: true });
  await app.register(registry.routes);
  await app.listen({ port: 0, host: "127.0.0.1" });
  const host = `127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const config = registryConfig({
    ...{ storageDir: join(dir, "data"), listen: { kind: "unix", path: socket }, publicUrl: `http://${host}` },
    ...{ service: "site registry", issuer: "gateway", certificate: registry.signer.certificate },
    ...{ eventsSecret: "events secret", httpSecret: "shared" },
  });
  await writeFile(join(dir, "config.yml"), config, { mode: 0o600 });
  const end = await startBackend(dir, socket);
  return {
    ...{ registry, host, dir },
    async stop() {
      await app.close();
      await registry.close();
      await end();
      await store.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Starts the registry program with `config.yml` of that folder, and waits until it listens; answers its end. */
export async function startBackend(dir: string, socket: string): Promise<() => Promise<void>> {
  const log = openSync(join(dir, "log"), "a");
  const child = spawn("/usr/bin/docker-registry", ["serve", join(dir, "config.yml")], {
    stdio: ["ignore", log, log],
    env: { PATH: "/usr/bin:/bin" },
  });
  closeSync(log);
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  for (let left = 500; !(await answers(socket)); left -= 1) {
    if (child.exitCode !== null || left === 0)
      throw new Error(`the registry did not start: ${readFileSync(join(dir, "log"), "utf8")}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return async () => {
    child.kill("SIGKILL");
    await exited;
  };
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
