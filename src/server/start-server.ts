// The life of a server: starts what its configuration says, exchanges it when the configuration changes, and ends it
// without losing anything. Knows no part of the gateway: `compose` makes those.

import type { FastifyPluginAsync } from "fastify";
import type { ListenAddress, SiteServerConfig } from "../site/server-config.ts";
import { healthRoutes, type ReadyCheck } from "./health.ts";
import { makeHttpApp } from "./http-app.ts";
import { type Answer, openListener } from "./listener.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";

/** What lives as long as the server, and makes the rest. */
export interface Composition {
  readonly metrics: Metrics;
  /** Everything that depends on the configuration; starts working at once. */
  begin(config: SiteServerConfig): Promise<Generation>;
  /** Writes what waits to be written, and closes what is open. */
  close(): Promise<void>;
}

/** The parts made from one configuration. */
export interface Generation {
  readonly plugins: readonly FastifyPluginAsync[];
  readonly checks: readonly ReadyCheck[];
  /** Takes on no more work; ends when what is under way has ended (`retire`) or is put back (`stop`). */
  end(how: "retire" | "stop"): Promise<void>;
}

export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:5000`. */
  readonly url: string;
  /** Goes on with another configuration; the old one stays when the new one cannot be used. */
  reload(config: SiteServerConfig): Promise<void>;
  /** Refuses new connections, answers what was asked, puts unfinished work back. May be called twice. */
  stop(): Promise<void>;
}

export interface ServerParts {
  readonly log: Logger;
  compose(config: SiteServerConfig, log: Logger): Promise<Composition>;
}

/** A generation with its application. */
interface Stage {
  readonly answer: Answer;
  end(how: "retire" | "stop"): Promise<void>;
}

/** Starts a server. @throws E_SERVE_ADDRESS, and whatever keeps the parts from starting */
export async function startServer(config: SiteServerConfig, { log, compose }: ServerParts): Promise<RunningServer> {
  const composition = await compose(config, log);
  const opened = await openOr(
    () => composition.close(),
    async () => {
      const state = { stopping: false };
      const stage = await raise(composition, config, log, state);
      const listener = await openOr(
        () => stage.end("stop"),
        () => openListener(config.server.listen, stage.answer),
      );
      return { state, stage, listener };
    },
  );
  return run({ ...opened, composition, config, log });
}

interface Run {
  readonly composition: Composition;
  readonly listener: Awaited<ReturnType<typeof openListener>>;
  readonly state: { stopping: boolean };
  readonly log: Logger;
  stage: Stage;
  config: SiteServerConfig;
}

function run(now: Run): RunningServer {
  const { composition, listener, state, log } = now;
  const retiring = new Set<Promise<void>>();
  let stopped: Promise<void> | undefined;
  log.info({ url: listener.url, config: now.config.file }, "serving");

  async function exchange(config: SiteServerConfig): Promise<void> {
    warnOfFixed(now.config, config, log);
    const next = await raise(composition, config, log, state);
    const before = now.stage;
    now.stage = next;
    now.config = config;
    log.level = config.server.logLevel;
    // At once, not after its last request: there would be twice as many workers, and its streams never end by themselves.
    const retired = Promise.all([listener.exchange(next.answer), before.end("retire")])
      .then(() => {})
      .catch((error: unknown) => log.error({ err: error }, "what the old configuration ran did not end well"))
      .finally(() => retiring.delete(retired));
    retiring.add(retired);
    log.info({ config: config.file }, "configuration reloaded");
  }

  async function end(): Promise<void> {
    state.stopping = true;
    log.info("stopping");
    // Work is put back while the last requests are answered: both need the database, which closes last.
    await Promise.all([listener.close(now.config.server.stopMs), now.stage.end("stop")]);
    await Promise.race([Promise.all(retiring), deadline(now.config.server.stopMs)]);
    await composition.close();
    log.info("stopped");
    log.flush();
  }

  return {
    url: listener.url,
    reload: exchange,
    stop() {
      stopped ??= end();
      return stopped;
    },
  };
}

async function raise(
  composition: Composition,
  config: SiteServerConfig,
  log: Logger,
  state: { readonly stopping: boolean },
): Promise<Stage> {
  const { metrics } = composition;
  const generation = await composition.begin(config);
  const { plugins, checks } = generation;
  const health = healthRoutes({ checks, metrics, log, stopping: () => state.stopping });
  const { trustedProxies } = config.server;
  const app = await openOr(
    () => generation.end("stop"),
    () => makeHttpApp({ log, metrics, trustedProxies, plugins: [health, ...plugins] }),
  );
  return {
    answer: (request, response) => app.routing(request, response),
    async end(how) {
      // Requests under way are still answered; closing ends the streams, which would stay open for ever.
      await Promise.all([app.close(), generation.end(how)]);
    },
  };
}

// What a reload cannot change without a restart.
function warnOfFixed(before: SiteServerConfig, after: SiteServerConfig, log: Logger): void {
  const moved = printAddress(before.server.listen) !== printAddress(after.server.listen);
  const fixed = {
    listen: moved,
    database: JSON.stringify(before.server.database) !== JSON.stringify(after.server.database),
  };
  for (const [key, changed] of Object.entries(fixed)) if (changed) log.warn(`a new ${key} counts after a restart only`);
}

function printAddress(address: ListenAddress): string {
  return JSON.stringify(address);
}

/** Opens the next thing, or closes what is open already. */
async function openOr<T>(close: () => Promise<void>, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
}

function deadline(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
