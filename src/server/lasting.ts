// What lives as long as the server: the database and the records over it, the content store, the clients of munge and of
// the name service, the figures.

import { join } from "node:path";
import type { Munge } from "../gateway/auth/munge.ts";
import { type NameService, systemNames } from "../gateway/auth/name-service.ts";
import { type TokenBook, tokenBook } from "../gateway/auth/tokens.ts";
import { type GatewayCatalog, makeCatalog } from "../gateway/catalog/index.ts";
import type { Mirror } from "../gateway/mirror/mirror.ts";
import { makeQueue, type ServerQueue } from "../gateway/queue/queue.ts";
import { openSeal } from "../gateway/queue/seal.ts";
import { type Cache, openCache } from "../oci/store/cache.ts";
import type { GatewayConfig } from "../site/gateway-config.ts";
import type { SiteServerConfig } from "../site/server-config.ts";
import { openStore, type Store } from "../store/index.ts";
import { databaseUrl } from "./database-url.ts";
import { prepareFolders } from "./folders.ts";
import { following } from "./following.ts";
import type { Logger } from "./logger.ts";
import { type Metrics, makeMetrics, type UpstreamState } from "./metrics.ts";
import { mungeClients } from "./munge-clients.ts";
import { takeServerName } from "./server-name.ts";

export interface Lasting {
  readonly log: Logger;
  /** Id of this server: the same after a restart, and no other's. */
  readonly server: string;
  /** Seconds since 1970. */
  readonly now: () => number;
  /** The configuration that counts at the moment. */
  readonly config: { now: GatewayConfig };
  readonly store: Store;
  readonly queue: ServerQueue;
  readonly catalog: GatewayCatalog;
  readonly cache: Cache;
  readonly names: NameService;
  readonly tokens: TokenBook;
  readonly munge: (socket: string) => Munge;
  readonly metrics: Metrics;
  /** The mirror that counts at the moment, for the figures. */
  readonly mirror: { now: Mirror | undefined };
  close(): Promise<void>;
}

/** Opens everything. @throws E_SERVE_FOLDER, E_SERVE_TWICE, E_SEAL_KEY, E_STORE_… */
export async function openLasting(site: SiteServerConfig, log: Logger): Promise<Lasting> {
  await prepareFolders(site);
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    return { ...(await open(site, log, (end) => closing.push(end))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  { server, gateway }: SiteServerConfig,
  log: Logger,
  onClose: (end: () => Promise<void>) => void,
): Promise<Omit<Lasting, "close">> {
  const now = () => Date.now() / 1000;
  const name = await takeServerName(server.stateDir);
  onClose(() => name.release());
  const seal = await openSeal(gateway.keyFile);
  const store = await openStore(await databaseUrl(server.database), { now, lasting: true });
  onClose(() => store.close());
  const config = { now: gateway };
  const catalog = makeCatalog({ store, config: following(() => config.now), onFault: (reason) => log.warn(reason) });
  onClose(() => catalog.close());
  const { heartbeatMs, workers } = gateway;
  const queue = makeQueue({ store, server: name, seal, now, heartbeatMs, attempts: workers.attempts });
  onClose(() => queue.close());
  const cache = await openCache({ root: gateway.cacheDir, tempDir: join(gateway.workDir, "cache"), log });
  onClose(() => cache.close());
  const mirror: Lasting["mirror"] = { now: undefined };
  const upstreams = () => (mirror.now ? upstreamStates(mirror.now) : []);
  const metrics = makeMetrics({ queue: () => queueStates(queue), upstreams });
  const names = systemNames();
  const munge = mungeClients(process.env);
  onClose(async () => munge.close());
  return {
    log,
    server: name.id,
    now,
    config,
    store,
    queue,
    catalog,
    cache,
    names,
    tokens: tokenBook(store),
    munge: munge.of,
    metrics,
    mirror,
  };
}

async function queueStates(queue: ServerQueue): Promise<ReadonlyMap<string, number>> {
  const states = new Map<string, number>();
  for (const { status } of await queue.unfinished(undefined)) states.set(status, (states.get(status) ?? 0) + 1);
  return states;
}

function upstreamStates(mirror: Mirror): readonly UpstreamState[] {
  const remaining = new Map(mirror.rates().map((rate) => [rate.upstream, rate.remaining]));
  return [...mirror.requests()].map(([upstream, requests]) => {
    return { upstream, requests, remaining: remaining.get(upstream) };
  });
}
