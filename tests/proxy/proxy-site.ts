// A proxy with its control for tests: own folder, own ports, both in this process unless a test wants real ones.

import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ProxyOptions, type RunningProxy, startProxy } from "../../src/proxy/proxy.ts";
import type { ProxyBackend, ProxyMessage, ProxyRoute } from "../../src/proxy/types.ts";
import { ProxyControl } from "../../src/services/routes/proxy-control.ts";
import type { TableContent } from "../../src/services/routes/table-log.ts";

export interface ProxySite {
  readonly dir: string;
  readonly control: ProxyControl;
  readonly proxy: RunningProxy;
  readonly port: number;
  readonly httpsPort: number;
  /** What proxies told: wakes, backends, uses. */
  readonly told: ProxyMessage[];
  /** Resolves when the proxy serves it. */
  publish(routes: readonly ProxyRoute[], rest?: Partial<TableContent>): Promise<void>;
  close(): Promise<void>;
}

export async function openSite(options: Partial<ProxyOptions> = {}): Promise<ProxySite> {
  const dir = await mkdtemp(join(tmpdir(), "berth-proxy-"));
  const told: ProxyMessage[] = [];
  const control = new ProxyControl({
    onWake: (route) => told.push({ kind: "wake", route }),
    onUse: (_, at, routes) => told.push({ kind: "use", at, routes }),
    onBackend: (route, backend, ok) => told.push({ kind: "backend", route, backend, ok }),
    onTrouble: (message) => told.push({ kind: "trouble", message }),
  });
  const socket = join(dir, "control.sock");
  await control.open(socket);
  const proxy = await startProxy({
    control: socket,
    http: { host: "127.0.0.1", port: 0 },
    https: { host: "127.0.0.1", port: 0 },
    tcpHost: "127.0.0.1",
    ...options,
  });
  const [port = 0, httpsPort = 0] = proxy.listening.map((address) => Number(address.split(":").at(-1)));
  return {
    ...{ dir, control, proxy, port, httpsPort, told },
    async publish(routes, rest = {}) {
      const version = control.publish({ routes, certificates: [], challenges: {}, ...rest });
      await until(() => control.proxies().length > 0 && control.isQuiet(version, []));
    },
    async close() {
      await control.close();
      await proxy.drain(0);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export function route(change: Partial<ProxyRoute> = {}): ProxyRoute {
  return {
    id: "rover/web/0",
    protocol: "http",
    host: "*",
    path: "/",
    tls: "both",
    stripPath: false,
    timeoutMs: 10_000,
    backends: [],
    state: "ready",
    title: "Rover",
    ...change,
  };
}

export interface Backend {
  readonly port: number;
  readonly server: Server;
  readonly spec: ProxyBackend;
  close(): Promise<void>;
}

export async function backend(answer: RequestListener, id = "b1"): Promise<Backend> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    server,
    spec: { id, host: "127.0.0.1", port, draining: false },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Waits for a condition. */
export async function until(condition: () => boolean, ms = 30_000): Promise<void> {
  const end = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
