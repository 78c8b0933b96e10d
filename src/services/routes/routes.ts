// The routes of a site: puts together the table, the proxies that serve it, the certificates, the sign-on and the traffic of
// containers that come and go. The server says when something changed; it is looked at once, a moment later.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { reasonOf } from "../../base/errors.ts";
import { afterFirstLabel } from "../../proxy/routing/compile.ts";
import type { ProxyRoute } from "../../proxy/types.ts";
import type { ProxyConfig } from "../../site/services/proxy.ts";
import { buildRoutes, type RouteConflict, type RoutedStack, type TableRules } from "./build-table.ts";
import { type AcmeOptions, acmeAccount } from "./certificates/acme.ts";
import { type Authority, openAuthority } from "./certificates/authority.ts";
import { CertificateKeeper, type CertificateState } from "./certificates/keeper.ts";
import { openPassKeys } from "./pass-keys.ts";
import { ProxyControl, type ProxyListener, type ProxyState } from "./proxy-control.ts";
import { proxyFlags } from "./proxy-flags.ts";
import { ProxyFleet } from "./proxy-fleet.ts";
import { proxyPlaces } from "./proxy-places.ts";
import { ProxyTraffic } from "./traffic.ts";

export interface RoutesParts {
  readonly config: ProxyConfig;
  /** Folder of what the server remembers. */
  readonly stateDir: string;
  /** Words that start `berth`. */
  readonly program: readonly string[];
  /** All stacks that have routes, from memory: asked at every change. */
  readonly stacks: () => readonly RoutedStack[];
  readonly reach: TableRules["reach"];
  readonly listener: ProxyListener;
  /** How long requests under way may take when a container goes. */
  readonly drainMs: () => number;
  /** Seconds since 1970. */
  readonly now: () => number;
}

/** The routes of a site. */
export interface Routes {
  /** Stacks, containers or their states changed. The first call says that all of them are known. */
  changed(): void;
  readonly traffic: ProxyTraffic;
  readonly keys: readonly string[];
  table(): readonly ProxyRoute[];
  conflicts(): readonly RouteConflict[];
  certificates(): readonly CertificateState[];
  proxies(): readonly ProxyState[];
  /** PEM of the internal authority's root. */
  readonly root: string | undefined;
  /** The proxies go on, unless the configuration says otherwise. */
  close(): Promise<void>;
}

/** A burst of events of the engine makes one table. */
const GATHER_MS = 5;
const CERTIFICATES_MS = 5_000;
const CHALLENGE_MS = 5_000;

/** Opens the control socket and starts or takes over the proxies. @throws E_ROUTES_SOCKET, E_ROUTES_AUTHORITY */
export async function openRoutes(parts: RoutesParts): Promise<Routes> {
  const { config, stateDir, now } = parts;
  const { dir, socket } = proxyPlaces(stateDir);
  const control = new ProxyControl(parts.listener);
  await control.open(socket);
  return new SiteRoutes(parts, control, {
    dir,
    keys: await openPassKeys(join(dir, "pass.keys")),
    authority: config.internalAuthority ? await openAuthority(join(dir, "authority"), now) : undefined,
    trusted: config.acme?.trustedFile === undefined ? undefined : await readFile(config.acme.trustedFile, "utf8"),
  });
}

interface Kept {
  readonly dir: string;
  readonly keys: readonly string[];
  readonly authority: Authority | undefined;
  /** PEM by which the ACME server is known. */
  readonly trusted: string | undefined;
}

class SiteRoutes implements Routes {
  readonly traffic: ProxyTraffic;
  readonly keys: readonly string[];
  readonly root: string | undefined;
  readonly #parts: RoutesParts;
  readonly #control: ProxyControl;
  readonly #certificates: CertificateKeeper;
  readonly #fleet: ProxyFleet;
  readonly #challenges = new Map<string, string>();
  readonly #looking: NodeJS.Timeout;
  #built: ReturnType<typeof buildRoutes> = { routes: [], conflicts: [] };
  #timer: NodeJS.Timeout | undefined;
  #begun = false;

  constructor(parts: RoutesParts, control: ProxyControl, kept: Kept) {
    const { config, program, drainMs, listener, stateDir } = parts;
    const { socket, logFile } = proxyPlaces(stateDir);
    this.#parts = parts;
    this.#control = control;
    this.keys = kept.keys;
    this.root = kept.authority?.root;
    this.#certificates = this.#makeKeeper(kept);
    this.traffic = new ProxyTraffic({ control, publish: () => this.#publish(), withinMs: drainMs });
    this.#looking = setInterval(() => this.#look(), CERTIFICATES_MS).unref();
    this.#fleet = new ProxyFleet(control, {
      program,
      flags: proxyFlags(config, socket),
      processes: config.processes,
      logFile,
      drainMs: drainMs(),
      onTrouble: listener.onTrouble,
    });
  }

  changed(): void {
    this.#begun = true;
    this.#gather();
    this.#look();
  }

  table(): readonly ProxyRoute[] {
    return this.#built.routes;
  }

  conflicts(): readonly RouteConflict[] {
    return this.#built.conflicts;
  }

  certificates(): readonly CertificateState[] {
    return this.#certificates.states();
  }

  proxies(): readonly ProxyState[] {
    return this.#control.proxies();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    clearInterval(this.#looking);
    await this.#fleet.close(this.#parts.config.endWithServer ? this.#parts.drainMs() : undefined);
    await this.#control.close();
  }

  #makeKeeper({ dir, authority, trusted }: Kept): CertificateKeeper {
    const { config, now, listener } = this.#parts;
    const { acme } = config;
    const patterns = new Set(acme?.hosts);
    return new CertificateKeeper({
      folder: config.certificatesDir,
      acme: acme && acmeAccount({ ...acme, trusted, dir: join(dir, "acme"), ...this.#proofs() }),
      acmeFor: (host) => patterns.has(host) || patterns.has(`*${afterFirstLabel(host)}`),
      authority,
      now,
      onChange: () => this.#gather(),
      onTrouble: (why) => listener.onTrouble?.(why),
    });
  }

  // What an ACME server asks for must be served before it is told to look.
  #proofs(): Pick<AcmeOptions, "publish" | "withdraw"> {
    return {
      publish: async (token, answer) => {
        this.#challenges.set(token, answer);
        await this.#control.served(this.#publish(), CHALLENGE_MS);
      },
      withdraw: (token) => {
        this.#challenges.delete(token);
        this.#gather();
      },
    };
  }

  #gather(): void {
    // Before the server knows its stacks, a table would be an empty one.
    if (!this.#begun) return;
    this.#timer ??= setTimeout(() => this.#publish(), GATHER_MS).unref();
  }

  #publish(): number {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { config, reach } = this.#parts;
    const stacks = this.#parts.stacks();
    const containers = stacks.flatMap(({ services }) => services.flatMap((service) => service.containers));
    this.traffic.seen(new Set(containers.filter(({ status }) => status === "running").map(({ id }) => id)));
    const { signIn, timeoutMs } = config;
    this.#built = buildRoutes(stacks, { draining: this.traffic.draining, reach, signIn, timeoutMs });
    const secure = this.#built.routes.filter(({ protocol, tls }) => protocol === "http" && tls !== "none");
    return this.#control.publish({
      routes: this.#built.routes,
      certificates: this.#certificates.tableFor([...new Set(secure.map(({ host }) => host.toLowerCase()))]),
      challenges: Object.fromEntries(this.#challenges),
      signOn: { cookie: "berth-sign-on", keys: this.keys },
    });
  }

  #look(): void {
    this.#certificates.look().catch((error: unknown) => this.#parts.listener.onTrouble?.(reasonOf(error)));
  }
}
