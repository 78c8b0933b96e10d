// The life of a server: starts what its configuration says, exchanges it when the configuration changes, and ends it
// without losing anything. Knows no part of the gateway: `compose` makes those.

import type { FastifyPluginAsync } from "fastify";
import type { SiteServerConfig } from "../site/server-config.ts";
import { healthRoutes, type ReadyCheck } from "./health.ts";
import { makeHttpApp } from "./http-app.ts";
import { type Answer, type Listener, openListener } from "./listener.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";

/** What lives as long as the server, and makes the rest. */
export interface Composition {
  readonly metrics: Metrics;
  /** Makes everything that depends on the configuration; nothing of it works yet. */
  begin(config: SiteServerConfig): Promise<Generation>;
  /** Takes on no more work, and puts back what is under way. */
  stopWork(): Promise<void>;
  /** Writes what waits to be written, and closes what is open. */
  close(): Promise<void>;
}

/** The parts made from one configuration. */
export interface Generation {
  readonly plugins: readonly FastifyPluginAsync[];
  readonly checks: readonly ReadyCheck[];
  /** From now on this is the one that counts. */
  adopt(): Promise<void>;
  /** Nobody asks it any more. */
  close(): Promise<void>;
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

/** Starts a server. @throws E_SERVE_ADDRESS, and whatever keeps the parts from starting */
export async function startServer(config: SiteServerConfig, { log, compose }: ServerParts): Promise<RunningServer> {
  const composition = await compose(config, log);
  try {
    const frame: Frame = { composition, log, state: { stopping: false } };
    const stage = await raise(frame, config);
    try {
      const listener = await openListener(config.server.listen, stage.answer);
      await stage.adopt();
      log.info({ url: listener.url, config: config.file }, "serving");
      return new StagedServer(frame, listener, { stage, config });
    } catch (error) {
      await stage.endStreams();
      await stage.close();
      throw error;
    }
  } catch (error) {
    await composition.close();
    throw error;
  }
}

/** What all generations of a server share. */
interface Frame {
  readonly composition: Composition;
  readonly log: Logger;
  readonly state: { stopping: boolean };
}

/** A generation with its application. */
interface Stage {
  readonly answer: Answer;
  adopt(): Promise<void>;
  /** Ends what would keep requests open for ever; all others are still answered. */
  endStreams(): Promise<void>;
  close(): Promise<void>;
}

async function raise({ composition, log, state }: Frame, config: SiteServerConfig): Promise<Stage> {
  const { metrics } = composition;
  const generation = await composition.begin(config);
  const { plugins, checks } = generation;
  const health = healthRoutes({ checks, metrics, log, stopping: () => state.stopping });
  const { trustedProxies } = config.server;
  try {
    const app = await makeHttpApp({ log, metrics, trustedProxies, plugins: [health, ...plugins] });
    return {
      answer: (request, response) => app.routing(request, response),
      adopt: () => generation.adopt(),
      endStreams: () => app.close(),
      close: () => generation.close(),
    };
  } catch (error) {
    await generation.close();
    throw error;
  }
}

class StagedServer implements RunningServer {
  readonly url: string;
  readonly #frame: Frame;
  readonly #listener: Listener;
  readonly #retiring = new Set<Promise<void>>();
  #now: { readonly stage: Stage; readonly config: SiteServerConfig };
  #stopped: Promise<void> | undefined;

  constructor(frame: Frame, listener: Listener, now: { readonly stage: Stage; readonly config: SiteServerConfig }) {
    this.url = listener.url;
    this.#frame = frame;
    this.#listener = listener;
    this.#now = now;
  }

  async reload(config: SiteServerConfig): Promise<void> {
    const { log } = this.#frame;
    const stage = await raise(this.#frame, config);
    await stage.adopt();
    const before = this.#now;
    this.#now = { stage, config };
    const answered = this.#listener.exchange(stage.answer);
    log.level = config.server.logLevel;
    warnOfFixed(before.config, config, log);
    const retired = this.#retire(before.stage, answered).finally(() => this.#retiring.delete(retired));
    this.#retiring.add(retired);
    log.info({ config: config.file }, "configuration reloaded");
  }

  async #retire(stage: Stage, answered: Promise<void>): Promise<void> {
    try {
      await stage.endStreams();
      await answered;
      await stage.close();
    } catch (error) {
      this.#frame.log.error({ err: error }, "the old configuration did not end well");
    }
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<void> {
    const { composition, log, state } = this.#frame;
    const { stage, config } = this.#now;
    state.stopping = true;
    log.info("stopping");
    // Work is put back while the last requests are answered; both need the database, which closes last.
    await Promise.all([this.#listener.close(config.server.stopMs), stage.endStreams(), composition.stopWork()]);
    await Promise.all(this.#retiring);
    await stage.close();
    await composition.close();
    log.info("stopped");
  }
}

// What a reload cannot change without a restart.
function warnOfFixed({ server: before }: SiteServerConfig, { server: after }: SiteServerConfig, log: Logger): void {
  for (const key of ["listen", "database", "stateDir"] as const)
    if (JSON.stringify(before[key]) !== JSON.stringify(after[key]))
      log.warn(`a new ${key} counts after a restart only`);
}
