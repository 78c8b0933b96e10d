// The gateway's routes over the sample desk, for tests of what they read and write: whoever sends a name in
// `authentication` is that person.

import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { shifterRoutes } from "../../src/gateway/api/shifter/shifter-routes.ts";
import type { TokenInfo } from "../../src/gateway/api/v2/parts.ts";
import { v2Routes } from "../../src/gateway/api/v2/v2-routes.ts";
import type { Office } from "../../src/gateway/registry/office.ts";
import type { SystemConfig } from "../../src/site/gateway-config.ts";
import { person, type SampleDesk, sampleDesk } from "./sample-desk.ts";

export interface SampleServer {
  readonly app: FastifyInstance;
  readonly sample: SampleDesk;
  /** Tells the routes that the record of a pull changed. */
  changed(id: string): void;
}

const PEOPLE: Readonly<Record<string, number>> = { root: 0, alice: 500, bob: 501 };

const CLUSTER: SystemConfig = {
  name: "cluster",
  mungeSocket: undefined,
  admins: ["root"],
  operators: [],
  format: "squashfs",
  converterOptions: {},
  platform: "linux/amd64",
  transfer: { kind: "local", imageDir: "/images" },
};

const TOKEN: TokenInfo = {
  id: "0123456789abcdef",
  name: "ci",
  user: "alice",
  uid: 500,
  scopes: ["read"],
  createdAt: 1,
  expires: null,
  lastUse: null,
};

/** With `registry`, the site has one of its own. */
export async function sampleServer(registry?: Office): Promise<SampleServer> {
  const sample = sampleDesk();
  const listeners = new Set<(id: string) => void>();
  const authenticate = async ({ headers }: FastifyRequest) => {
    const name = headers["authentication"];
    return typeof name === "string" ? person(PEOPLE[name] ?? 65534, name) : undefined;
  };
  const app = fastify();
  await app.register(shifterRoutes({ desk: sample.desk, authenticate, labels: false }));
  await app.register(
    v2Routes({
      desk: sample.desk,
      authenticate,
      registry,
      directory: {
        accountNamed: async (name) => (name in PEOPLE ? { uid: PEOPLE[name] ?? 0 } : undefined),
        groupNumber: async (name) => (name === "staff" ? 50 : undefined),
      },
      tokens: {
        make: async (_who, { name, scopes, expires }) => ({ secret: "s", token: { ...TOKEN, name, scopes, expires } }),
        list: async () => [TOKEN],
        revoke: async () => {},
      },
      config: () => ({ systems: new Map([["cluster", CLUSTER]]), defaultSystem: undefined }),
      now: () => 1000,
      watch: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    }),
  );
  // Stands for the registry protocol, which has the rest of the prefix.
  app.get("/v2/*", async () => ({ registry: true }));
  await app.ready();
  return { app, sample, changed: (id) => void [...listeners].map((listener) => listener(id)) };
}
