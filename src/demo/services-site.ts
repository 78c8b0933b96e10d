// The site of the services' demo: a server with a proxy over the demo's engine, the people who ask it, and their recipes.
// Callers are believed what they say of themselves.

import { mkdir, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Ran, run } from "./process.ts";
import { type ServingBerth, untilServing } from "./serving.ts";

/** Accounts that every Debian has: who owns the stack, and somebody else. */
const PEOPLE = { owner: "www-data:www-data::33:33", stranger: "backup:backup::34:34" } as const;

export interface DemoSite extends ServingBerth {
  as(person: keyof typeof PEOPLE, words: readonly string[], cwd?: string): Promise<Ran>;
  /** Asks a route by the proxy; 0: nobody answered. */
  visit(host: string): Promise<Visit>;
}

export interface Visit {
  readonly status: number;
  readonly text: string;
}

/** The name by which the stack is reached. */
export const HOST = "rover.services.example";

export interface SiteOptions {
  readonly folder: string;
  readonly engine: string;
  /** The words that start this very berth. */
  readonly berth: readonly string[];
  readonly signal: AbortSignal;
}

/** Starts `berth serve`. @throws E_DEMO_SERVE */
export async function startSite({ folder, engine, berth, signal }: SiteOptions): Promise<DemoSite> {
  const port = await freePort();
  const file = join(folder, "site.yaml");
  await writeFile(file, configuration(folder, engine, port));
  const home = join(folder, "home");
  await mkdir(home, { recursive: true });
  const env = { PATH: process.env["PATH"], HOME: home };
  const serving = await untilServing((call) => run([...berth, "serve", "--config", file], { ...call, env }));
  return {
    ...serving,
    as(person, words, cwd = folder) {
      const who = { BERTH_GATEWAY: serving.url, BERTH_GATEWAY_CREDENTIAL: `good:${PEOPLE[person]}` };
      return run([...berth, ...words], { signal, cwd, env: { ...env, ...who } });
    },
    visit: (host) => visit(host, port),
  };
}

function configuration(folder: string, engine: string, port: number): string {
  return `# Callers are believed what they say: for demonstrations and tests only.
server: { listen: "127.0.0.1:0", stateDir: state, stopTimeout: 3s }
gateway: { authentication: mock, systems: { demo: { imageDir: ${folder}/images } }, workers: { jobs: 0 } }
services:
  name: demo
  engine: { address: "${engine}" }
  proxy: { http: none, https: "127.0.0.1:${port}", processes: 1, endWithServer: true }
`;
}

/** A stack of three services: a page behind a route, an interface behind it, a store with a secret. */
export const RECIPE = `name: rover
x-berth:
  tags: { owner: www-data }
services:
  web:
    image: demo/web:1
    user: "33:33"
    cap_drop: [ALL]
    restart: unless-stopped
    stop_grace_period: 1s
    depends_on: [app]
    deploy: { replicas: 2, update_config: { parallelism: 1, order: start-first } }
    x-berth:
      routes: [{ host: ${HOST}, port: 8080 }]
      health: { http: { port: 8080, path: / } }
      idle: { after: 2s, action: stop, wake: true }
  app:
    image: demo/web:1
    user: "33:33"
    cap_drop: [ALL]
    restart: unless-stopped
    stop_grace_period: 1s
    depends_on: [db]
  db:
    image: demo/web:1
    command: [sleep, "100000"]
    user: "33:33"
    cap_drop: [ALL]
    restart: unless-stopped
    stop_grace_period: 1s
    secrets: [password]
secrets:
  password: { external: true, name: db.rover.password }
`;

function visit(host: string, port: number): Promise<Visit> {
  // The name leads nowhere here, and the certificate is of the demo's own authority.
  const to = { host: "127.0.0.1", port, servername: host, rejectUnauthorized: false, headers: { host } };
  return new Promise((resolve) => {
    const asked = request(to, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => {
        text = (text + chunk).slice(0, 4096);
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.on("error", () => resolve({ status: 0, text }));
    });
    asked.on("error", (error) => resolve({ status: 0, text: error.message }));
    asked.end();
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}
