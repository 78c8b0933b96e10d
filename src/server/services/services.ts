// Services as a part of the server's composition: the house lives as long as the server, accounts and desk as long as a
// configuration. A site that runs none has none of this.

import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import { type Accounts, makeAccounts } from "../../accounts/index.ts";
import type { Authenticate } from "../../gateway/api/ask.ts";
import { ownProgram } from "../../gateway/work/run-job.ts";
import { rancherRoutes } from "../../services/api/rancher-routes.ts";
import { servicesRoutes } from "../../services/api/services-routes.ts";
import { signOnRoute } from "../../services/api/sign-on-route.ts";
import type { SiteServerConfig } from "../../site/server-config.ts";
import type { ServicesConfig } from "../../site/services/services.ts";
import { fail } from "../errors.ts";
import type { ReadyCheck } from "../health.ts";
import type { Lasting } from "../lasting.ts";
import { deskOf } from "./desk-of.ts";
import { type House, type HouseParts, openHouse } from "./house.ts";
import { servicesMetrics } from "./services-metrics.ts";
import { UsageMeter } from "./usage.ts";
import { webFolder, webRoutes } from "./web.ts";
import { withSessions } from "./with-sessions.ts";

/** What services are told besides the configuration. */
export interface ServicesSurroundings {
  /** Of berth. */
  readonly version: string;
  readonly runtimeDir: string | undefined;
  readonly root: boolean;
}

/** Services of one configuration. */
export interface ServicesGeneration {
  /** Whose request it is, sessions of browsers among it: for the gateway's routes, which the pages use, too. */
  readonly authenticate: Authenticate;
  readonly plugins: readonly FastifyPluginAsync[];
  readonly checks: readonly ReadyCheck[];
  /** From now on it counts. */
  adopt(): void;
}

/** The part of the composition that is about services. */
export class Services {
  readonly #house: House;
  readonly #parts: HouseParts;
  readonly #lasting: Lasting;
  readonly #around: ServicesSurroundings;
  readonly #current: { config: ServicesConfig; accounts?: Accounts };
  readonly #usage: UsageMeter;
  readonly #unmeasure: () => void;
  #begun = false;

  private constructor(house: House, parts: HouseParts, rest: Pick<Inner, "lasting" | "around" | "current">) {
    this.#house = house;
    this.#parts = parts;
    this.#lasting = rest.lasting;
    this.#around = rest.around;
    this.#current = rest.current;
    const { engine, driver } = house.link;
    this.#usage = new UsageMeter({
      containers: () => driver.containers(),
      read: (id, signal) => engine.usage(id, { signal }),
      everyMs: () => rest.current.config.trackUsageMs,
    });
    this.#unmeasure = servicesMetrics(rest.lasting.metrics.registry, house);
  }

  /** Opens them; undefined: the site runs none. */
  static async open(
    { services, server }: SiteServerConfig,
    lasting: Lasting,
    around: ServicesSurroundings,
  ): Promise<Services | undefined> {
    if (!services) return undefined;
    const current: Inner["current"] = { config: services };
    const { store, names, log, server: id } = lasting;
    const parts: HouseParts = {
      ...{ store, names, log, server: id, stateDir: server.stateDir, program: ownProgram() },
      config: () => current.config,
      accounts: () => {
        if (!current.accounts) throw fail("E_SERVE_NOT_READY", { what: "it begins" });
        return current.accounts;
      },
      runtimeDir: around.runtimeDir,
      root: around.root,
      port: server.listen.kind === "tcp" ? server.listen.port : undefined,
    };
    return new Services(await openHouse(parts), parts, { lasting, around, current });
  }

  /** Everything that depends on the configuration. */
  generation({ services: config = this.#current.config }: SiteServerConfig, shown: Authenticate): ServicesGeneration {
    const { store, names, tokens } = this.#lasting;
    const principal = (request: FastifyRequest) => shown(request, undefined);
    const { link, routes, spin } = this.#house;
    const accounts = makeAccounts({ config: config.accounts, store, names, tokens, principal });
    const desk = deskOf(this.#house, this.#parts, { accounts, config, usage: this.#usage });
    const { whoIs, signIn } = accounts;
    const web = config.web ? webFolder() : undefined;
    const signOn = { whoIs, table: () => routes?.table() ?? [], keys: () => routes?.keys ?? [], now: store.now };
    const { stacks } = this.#house;
    const api = { desk, whoIs, signIn, site: config.name, version: this.#around.version };
    return {
      authenticate: withSessions(shown, { whoIs, names }),
      plugins: [
        servicesRoutes(api),
        rancherRoutes(api),
        signOnRoute({ ...signOn, stacks, passSeconds: (config.proxy?.signedInMs ?? 0) / 1000 }),
        spin.routes,
        ...(web === undefined ? [] : [webRoutes(web)]),
      ],
      checks: [
        {
          name: "engine",
          async check(signal) {
            if (!link.info || !link.live.fresh || !(await link.engine.alive({ signal })))
              throw fail("E_SERVE_NOT_READY", { what: `no container engine answers at ${link.engine.address}` });
          },
        },
      ],
      adopt: () => {
        this.#current.config = config;
        this.#current.accounts = accounts;
        if (this.#begun) this.#house.configured();
        else this.#house.begin();
        this.#begun = true;
      },
    };
  }

  stopWork(): Promise<void> {
    this.#usage.close();
    this.#unmeasure();
    return this.#house.stopWork();
  }

  close(): Promise<void> {
    return this.#house.close();
  }
}

interface Inner {
  readonly lasting: Lasting;
  readonly around: ServicesSurroundings;
  readonly current: { config: ServicesConfig; accounts?: Accounts };
}
