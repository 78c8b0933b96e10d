// The gateway put together: which part is given which others. The only file that knows all of them.

import type { FastifyPluginAsync } from "fastify";
import type { Authenticate } from "../gateway/api/ask.ts";
import { shifterRoutes } from "../gateway/api/shifter/shifter-routes.ts";
import { v2Routes } from "../gateway/api/v2/v2-routes.ts";
import { makeAuthenticator } from "../gateway/auth/authenticate.ts";
import { tokenOffice } from "../gateway/auth/token-office.ts";
import { makeCollector } from "../gateway/collect/collector.ts";
import { collectPeriodically } from "../gateway/collect/periodic.ts";
import { type GatewayDesk, makeDesk } from "../gateway/desk/index.ts";
import { type Mirror, openMirror } from "../gateway/mirror/mirror.ts";
import { mirrorRoutes } from "../gateway/mirror/routes.ts";
import { makePublisher } from "../gateway/publish/publisher.ts";
import type { OwnImages } from "../gateway/registry/own-images.ts";
import type { SiteRegistry } from "../gateway/registry/site-registry.ts";
import type { Publisher } from "../gateway/types.ts";
import { checkRecipes, startWorkers, type Workers } from "../gateway/work/index.ts";
import type { Environment } from "../platform/user.ts";
import type { GatewayConfig } from "../site/gateway-config.ts";
import type { SiteServerConfig } from "../site/server-config.ts";
import { askWho } from "./ask-who.ts";
import { following } from "./following.ts";
import { type LazyGate, lazyGate } from "./gate/lazy-gate.ts";
import { type Lasting, openLasting } from "./lasting.ts";
import { measuredDesk, workMetrics } from "./measured.ts";
import { openOwnRegistry } from "./own-registry.ts";
import { readyChecks } from "./ready-checks.ts";
import type { Services, ServicesSurroundings } from "./services/services.ts";
import type { Composition, ServerParts } from "./start-server.ts";

/** What the gateway is told besides its configuration. */
export interface Surroundings {
  /** Proxies and certificates for registries. */
  readonly env: Environment;
  /** How it introduces itself to registries: `berth/1.0`. */
  readonly userAgent: string;
}

/** Makes the gateway for `startServer`. */
export function composeGateway(around: Surroundings): ServerParts["compose"] {
  return async (site, log) => {
    const lasting = await openLasting(site, log);
    try {
      const services = await openServices(site, lasting, around);
      const gate = lazyGate(lasting, versionOf(around));
      return new Gateway({ ...lasting, services, gate }, around, publisherOf(site.gateway, log, gate));
    } catch (error) {
      await lasting.close();
      throw error;
    }
  };
}

// Loaded only where a site runs some: the engine's client and the reader of Compose files are a quarter of an idle gateway.
async function openServices(site: SiteServerConfig, lasting: Lasting, around: Surroundings) {
  if (!site.services) return undefined;
  const { Services } = await import("./services/services.ts");
  return Services.open(site, lasting, aboutServices(around));
}

function publisherOf(config: GatewayConfig, log: Lasting["log"], gate: LazyGate): Publisher {
  return makePublisher(config, { log, verdictOf: (digest) => gate.statementOf(digest) });
}

function versionOf({ userAgent }: Surroundings): string {
  return userAgent.split("/")[1] ?? "";
}

function aboutServices(around: Surroundings): ServicesSurroundings {
  const { env } = around;
  const root = process.getuid?.() === 0;
  return { version: versionOf(around), runtimeDir: env["XDG_RUNTIME_DIR"] || undefined, root };
}

/** What lives as long as the server. */
interface Base extends Lasting {
  /** Undefined: the site runs none. */
  readonly services: Services | undefined;
  readonly gate: LazyGate;
}

/** What answers the registry protocol. */
interface ImageSources {
  readonly mirror: Mirror;
  readonly registry: SiteRegistry | undefined;
  /** The site's registry has no host name of its own. */
  readonly alone: boolean;
}

class Gateway implements Composition {
  readonly metrics: Lasting["metrics"];
  readonly #lasting: Base;
  readonly #around: Surroundings;
  /** Always that of the configuration that counts. */
  readonly #publisher: Publisher;
  readonly #current: { publisher: Publisher; ownImages?: OwnImages | undefined };
  readonly #desk: GatewayDesk;
  readonly #stop = new AbortController();
  /** Starts collecting garbage now and then; ends with the signal. */
  readonly #collecting: () => Promise<void>;
  #collected: Promise<void> | undefined;
  #workers: Workers | undefined;

  constructor(lasting: Base, around: Surroundings, publisher: Publisher) {
    this.metrics = lasting.metrics;
    this.#lasting = lasting;
    this.#around = around;
    this.#current = { publisher };
    this.#publisher = following(() => this.#current.publisher);
    const { catalog, queue, now, log, config, cache } = lasting;
    const signal = this.#stop.signal;
    const systems = () => config.now.systems.keys();
    const retention = () => ({ records: config.now.keepRecordsMs / 1000 });
    const stores = { catalog, queue, publisher: this.#publisher, cache };
    const collector = makeCollector({ ...stores, systems, log, signal, now, retention });
    this.#collecting = () => collectPeriodically({ collect: collector, systems, log, signal });
    this.#desk = makeDesk({
      ...{ catalog, queue, now, publisher: this.#publisher, collector },
      config: () => config.now,
      ownImages: () => this.#current.ownImages,
      signal,
      onFault: (reason) => log.warn(reason),
      released: (digest, release) => lasting.gate.release(digest, release),
    });
  }

  async begin(site: SiteServerConfig) {
    const { gateway: config, registry: own } = site;
    const { log, store, munge, names, tokens } = this.#lasting;
    checkRecipes(config);
    const publisher = publisherOf(config, log, this.#lasting.gate);
    const authenticator = makeAuthenticator({ config, munge, names, tokens });
    const registry = own && (await openOwnRegistry(own, config, this.#lasting, authenticator));
    const mirror = this.#openMirror(config);
    const authenticate = askWho(authenticator);
    const services = this.#lasting.services?.generation(site, authenticate);
    const images = { mirror, registry, alone: own?.host === undefined };
    return {
      plugins: [...this.#plugins(config, services?.authenticate ?? authenticate, images), ...(services?.plugins ?? [])],
      checks: [...readyChecks(config, { store, munge }), ...(services?.checks ?? [])],
      adopt: async () => {
        services?.adopt();
        this.#current.publisher = publisher;
        this.#current.ownImages = registry?.images;
        registry?.keepCaughtUp();
        this.#lasting.config.now = config;
        this.#lasting.mirror.now = mirror;
        await this.#work(config);
      },
      close: async () => {
        await registry?.close();
        await mirror.close();
      },
    };
  }

  #openMirror(config: GatewayConfig): Mirror {
    const { cache, log, now } = this.#lasting;
    return openMirror({ config, cache, log, now, ...this.#around });
  }

  #plugins(config: GatewayConfig, authenticate: Authenticate, images: ImageSources): readonly FastifyPluginAsync[] {
    const { names, tokens, catalog, queue, now } = this.#lasting;
    const { mirror, registry, alone } = images;
    const desk = measuredDesk(this.#desk, this.metrics);
    const office = tokenOffice({ tokens, config, events: catalog });
    const watch = (listener: (id: string) => void) => queue.watch(listener);
    const isGateway = config.systems.size > 0;
    return [
      ...(isGateway ? [shifterRoutes({ desk, authenticate, labels: config.labels })] : []),
      v2Routes({
        ...{ desk, authenticate, directory: names, tokens: office, config: () => config, now, watch },
        registry: registry?.office,
        verdicts: (digests) => this.#lasting.gate.spokenOf(digests),
      }),
      ...(registry ? [registry.routes] : []),
      // Both speak the same protocol on the same paths: a registry without a name of its own leaves the mirror no room.
      ...((registry && alone) || !isGateway ? [] : [mirrorRoutes(mirror)]),
    ];
  }

  async #work(config: GatewayConfig): Promise<void> {
    const again = { catalog: this.#lasting.catalog, publisher: this.#publisher, signal: this.#stop.signal };
    await this.#lasting.gate.adopt(config, again);
    if (this.#workers) return this.#workers.reconfigure(config);
    const { queue, catalog, now, log, names } = this.#lasting;
    await queue.recover();
    const parts = { queue, catalog, now, log, config, publisher: this.#publisher, judges: [this.#lasting.gate.judge] };
    this.#workers = await startWorkers({ ...parts, names, metrics: workMetrics(this.metrics) });
    this.#collected = this.#collecting();
  }

  async stopWork(): Promise<void> {
    this.#stop.abort();
    const { services, gate } = this.#lasting;
    await Promise.all([
      this.#workers?.stop(),
      this.#desk.settled(),
      this.#collected,
      gate.settled(),
      services?.stopWork(),
    ]);
  }

  async close(): Promise<void> {
    await this.#lasting.services?.close();
    await this.#lasting.close();
  }
}
