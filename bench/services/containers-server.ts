// A server of spin-docker's interface with as many containers as it is told, over an engine that counts what it is asked:
// run as a process of its own, so that its load is its own. Prints its port; ends with its standard input.

import { makeHttpApp } from "../../src/server/http-app.ts";
import { openListener } from "../../src/server/listener.ts";
import { makeLogger } from "../../src/server/logger.ts";
import { makeMetrics } from "../../src/server/metrics.ts";
import type { SpinEngine } from "../../src/services/containers/parts.ts";
import { passwordCheck } from "../../src/services/containers/password.ts";
import { SpinContainers } from "../../src/services/containers/spin-containers.ts";
import { spinRoutes } from "../../src/services/containers/spin-routes.ts";
import type { EngineContainer } from "../../src/services/engine/types.ts";
import { checkInTokens } from "../../src/services/idle/check-in-token.ts";
import type { SpinDockerConfig } from "../../src/site/services/idle.ts";
import { openMemoryStore } from "../../src/store/testing.ts";

const count = Number(process.argv[2] ?? 1000);
let asked = 0;

const containers = new Map(Array.from({ length: count }, (_, index) => [idOf(index), containerOf(index)]));
const refuse = () => Promise.reject(new Error("not in a measurement"));
const engine: SpinEngine = {
  ...{ image: refuse, images: refuse, create: refuse, start: refuse, stop: refuse, remove: refuse, putArchive: refuse },
  containers: async () => {
    asked++;
    return [...containers.values()];
  },
  container: async (id) => {
    asked++;
    return containers.get(id);
  },
};

const config: SpinDockerConfig = {
  ...{
    password: { text: "spindocker" },
    environment: "production",
    timeouts: true,
    initialMs: 7.2e6,
    intervalMs: 1.8e6,
  },
  ...{ state: "events", staleMeans: "idle" },
};
const log = makeLogger("info", { write: () => {} });
const spin = await SpinContainers.open({
  ...{ site: "bench", store: await openMemoryStore(), engine, news: { watch: () => () => {} }, log },
  config: () => config,
  tokens: checkInTokens(Buffer.alloc(32)),
  way: () => ({ port: undefined, url: undefined }),
});
const plugin = spinRoutes({ containers: spin, password: await passwordCheck(config), checkIn: () => {} });
const metrics = makeMetrics({ queue: async () => new Map(), upstreams: () => [] });
const app = await makeHttpApp({ log, metrics, trustedProxies: [], plugins: [plugin] });
const address = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;
const listener = await openListener(address, (request, response) => app.routing(request, response));
process.stdout.write(`${listener.url}\n`);

let line = "";
process.stdin.on("data", (data) => {
  line += String(data);
  // Asked how often the engine was.
  if (line.endsWith("\n")) process.stdout.write(`${asked}\n`);
});
process.stdin.on("end", () => process.exit(0));

function idOf(index: number): string {
  return index.toString(16).padStart(64, "a");
}

function containerOf(index: number): EngineContainer {
  const port = { container: 5432, protocol: "tcp", host: 32_768 + index, address: "0.0.0.0" } as const;
  return {
    ...{ id: idOf(index), name: `calm_bay_${index}`, image: "atbaker/sd-postgres", imageId: "sha256:00" },
    labels: { "berth.site": "bench", "berth.kind": "container", "berth.container.image": "atbaker/sd-postgres" },
    ...{ status: "running", health: "none", exitCode: undefined, oomKilled: false, error: "", createdAt: index },
    ...{
      startedAt: 1_800_000_000,
      finishedAt: undefined,
      restarts: 0,
      pid: 1,
      ports: [port],
      addresses: {},
      tty: false,
    },
  };
}
