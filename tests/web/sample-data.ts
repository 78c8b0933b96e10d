// A site in memory as the pages show it: stacks in every state, what belongs to them, images. Times count from the moment that
// is handed in.

import type { RouteInfo, SecretInfo, SignedIn, StackGlance, UsageSample } from "../../src/services/desk/types.ts";
import type { Deployment, Service, Stack } from "../../src/services/types.ts";

export const FRED: SignedIn = {
  ...{ user: "fred", uid: 1000, gid: 1000, name: "Fred Nurk", groups: ["rover"], gids: [1000, 2000] },
  ...{ roles: ["user", "operator"], via: "password", address: "192.0.2.7" },
};

const DIGEST = `sha256:${"4c1d".repeat(16)}`;

export const RECIPE = `name: rover
x-berth:
  title: Rover telemetry portal
  tags: { owner: fred, staff-owner: ann, group: rover }
services:
  web:
    image: registry.example.org/rover/web:2.1
    user: "1000:1000"
    cap_drop: [ALL]
    x-berth:
      routes: [{ host: rover.example.org, port: 8080 }]
  db:
    image: registry.example.org/rover/postgres:17
    user: "1000:1000"
    cap_drop: [ALL]
`;

export function sampleService(
  name: string,
  state: Service["state"],
  now: number,
  more: Partial<Service> = {},
): Service {
  const runs = !["asleep", "stopped", "completed"].includes(state);
  return {
    ...{
      stack: "rover",
      name,
      state,
      reason: undefined,
      image: `registry.example.org/rover/${name}:2.1`,
      digest: DIGEST,
    },
    ...{ wanted: 1, ports: [], routes: [], idle: undefined },
    containers: [
      {
        ...{
          id: `${name}4f1c2d3e4b5a69788796a5b4c3d2e1f0`.padEnd(64, "0"),
          slot: 1,
          status: runs ? "running" : "exited",
        },
        ...{ health: runs ? "healthy" : "none", digest: DIGEST, startedAt: now - 86_000, restarts: 0, error: "" },
        exitCode: runs ? undefined : 0,
      },
    ],
    ...more,
  };
}

export function roverServices(now: number): Service[] {
  const idle = { activity: "active", because: "3 open connections", lastUse: now - 4, stopsAt: undefined } as const;
  return [
    sampleService("web", "running", now, { routes: ["https://rover.example.org/"], idle }),
    sampleService("api", "degraded", now, {
      reason: "1 of 2 containers is unhealthy: GET /healthz answered 503 three times",
      wanted: 2,
      ports: [{ host: 60_007, container: 8081, protocol: "tcp", name: "api.rover.prod.example.org", reach: "site" }],
    }),
    sampleService("db-postgres", "running", now, {
      idle: { activity: "idle", because: "no connection since 25 min", lastUse: now - 1500, stopsAt: now + 300 },
    }),
    sampleService("util-jupyter", "asleep", now, {
      reason: "nobody used it for 2 h; a request wakes it",
      idle: { activity: "idle", because: "asleep", lastUse: now - 9000, stopsAt: undefined },
      routes: ["https://rover.example.org/lab/"],
    }),
    sampleService("util-migrate", "completed", now),
  ];
}

export function roverStack(now: number): Stack {
  return {
    ...{ name: "rover", title: "Rover telemetry portal", owner: "fred", group: "rover", staffOwner: "ann" },
    ...{ staffGroup: undefined, tags: { owner: "fred", "staff-owner": "ann", fqdn: "rover.example.org" } },
    ...{ state: "degraded", reason: "api: 1 of 2 containers is unhealthy", deployment: "d3" },
    ...{ services: roverServices(now), createdAt: now - 8_640_000, updatedAt: now - 120 },
  };
}

const GLANCES: readonly (readonly [string, string, StackGlance["state"], string | undefined])[] = [
  ["harvest", "Nightly harvest of beamline data", "failed", "util-harvest ended with 137: out of memory"],
  ["portal", "User portal", "upgraded", "the old containers are kept until somebody confirms"],
  ["skyview", "Sky survey viewer", "upgrading", undefined],
  ["atlas", "Materials atlas", "running", undefined],
  ["jobstats", "Job statistics", "running", undefined],
  ["notebooks", "Notebooks of the summer school", "asleep", "all services sleep until they are wanted"],
  ["wiki-old", "Old wiki, read only", "stopped", undefined],
];

export function sampleStacks(now: number): StackGlance[] {
  const own = { group: undefined, staffOwner: "ann", staffGroup: undefined };
  const rover = roverStack(now);
  const glances = GLANCES.map(
    ([name, title, state, reason], index): StackGlance => ({
      ...{ name, title, state, reason, ...own, owner: index % 2 ? "ann" : "fred", services: 3, running: 2, asleep: 0 },
      ...{ routes: [`https://${name}.example.org/`], updatedAt: now - 3000 * (index + 1), mine: "operate" },
    }),
  );
  const { name, title, owner, state, reason, updatedAt } = rover;
  const first: StackGlance = {
    ...{ name, title, owner, ...own, group: "rover", state, reason, services: 5, running: 2, asleep: 1 },
    ...{ routes: ["https://rover.example.org/", "https://rover.example.org/lab/"], updatedAt, mine: "change" },
  };
  return [first, ...glances];
}

export function sampleDeployments(now: number): Deployment[] {
  const kinds = ["up", "upgrade", "upgrade"] as const;
  return kinds
    .map(
      (kind, index): Deployment => ({
        ...{
          id: `d${index + 1}`,
          stack: "rover",
          number: index + 1,
          kind,
          by: { uid: 1000, user: index === 1 ? "ann" : "fred" },
        },
        ...{
          at: now - 300_000 * (3 - index),
          files: [{ name: "compose.yaml", text: RECIPE.replace("2.1", `2.${index}`) }],
        },
        ...{ ports: {}, findings: [], message: index === 1 ? "api did not become healthy" : undefined },
        ...{ state: index === 1 ? "rolled back" : "done", finishedAt: now - 299_000 * (3 - index) },
        spec: { name: "rover", tags: {}, services: [], networks: [], volumes: [], secrets: [], configs: [] },
        images: { web: { reference: `registry.example.org/rover/web:2.${index}`, digest: DIGEST, local: DIGEST } },
      }),
    )
    .reverse();
}

export function sampleSecrets(now: number): SecretInfo[] {
  const made = { owner: "fred", version: 3, bytes: 24, createdAt: now - 9e6, createdBy: "fred", rotatedBy: "ann" };
  return [
    {
      ...{ name: "db-postgres.rover.password", description: "owner:fred, password of the database", ...made },
      ...{ rotatedAt: now - 86_400 * 12, usedBy: [{ stack: "rover", service: "db-postgres" }] },
    },
    {
      name: "rover.mail-key",
      description: "owner:fred, key for sending mail",
      ...made,
      rotatedAt: now - 60,
      usedBy: [],
    },
  ];
}

export const ROUTES: readonly RouteInfo[] = [
  {
    ...{ stack: "rover", service: "web", url: "https://rover.example.org/", host: "rover.example.org", path: "/" },
    ...{
      port: 8080,
      protocol: "http",
      tls: "redirect",
      auth: "none",
      state: "ready",
      backends: 2,
      certificate: "site",
    },
  },
  {
    ...{ stack: "rover", service: "util-jupyter", url: "https://rover.example.org/lab/", host: "rover.example.org" },
    ...{ path: "/lab/", port: 8888, protocol: "http", tls: "redirect", auth: "group", state: "asleep", backends: 0 },
    certificate: "site",
  },
  {
    ...{ stack: "harvest", service: "db", url: "tcp://harvest.example.org:60010", host: "", path: "", port: 5432 },
    ...{ protocol: "tcp", listen: 60_010, tls: "none", auth: "none", state: "down", backends: 0 },
    reason: "no container answers",
  },
];

export function sampleUsage(now: number): UsageSample[] {
  const samples: UsageSample[] = [];
  for (let index = 0; index < 120; index++) {
    for (const [row, service] of ["web", "api", "db-postgres"].entries()) {
      const wave = 1 + Math.sin(index / (9 + row * 4) + row);
      samples.push({
        ...{ at: now - (120 - index) * 30, service, slot: 1, cpuSeconds: index, cpu: wave * (row + 1) * 0.12, pids: 9 },
        ...{ memoryBytes: Math.round((180 + 90 * row + 30 * wave) * 2 ** 20), memoryLimitBytes: 2 ** 30 },
        ...{ receivedBytes: index * 90_000 * (row + 1), sentBytes: Math.round(index * index * 1800 * (row + 1)) },
      });
    }
  }
  return samples;
}
