// The routes of a site: puts together the table, the proxies that serve it, the certificates, the sign-on and the traffic of
// containers that come and go. The server says when something changed; it is looked at once, a moment later.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterFirstLabel } from "../../proxy/routing/compile.ts";
import type { ProxyRoute } from "../../proxy/types.ts";
import type { ProxyConfig } from "../../site/services/proxy.ts";
import { buildRoutes, type RouteConflict, type RoutedStack, type TableRules } from "./build-table.ts";
import { acmeAccount } from "./certificates/acme.ts";
import { openAuthority } from "./certificates/authority.ts";
import { CertificateKeeper, type CertificateState } from "./certificates/keeper.ts";
import { openPassKeys } from "./pass-keys.ts";
import { ProxyControl, type ProxyListener, type ProxyState } from "./proxy-control.ts";
import { proxyFlags } from "./proxy-flags.ts";
import { ProxyFleet } from "./proxy-fleet.ts";
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
  const dir = join(stateDir, "proxy");
  const control = new ProxyControl(parts.listener);
  await control.open(join(dir, "control.sock"));
  const keys = await openPassKeys(join(dir, "pass.keys"));
  const authority = config.internalAuthority ? await openAuthority(join(dir, "authority"), now) : undefined;
  const trouble = (why: string) => parts.listener.onTrouble?.(why);
  const challenges: Record<string, string> = {};
  const acme = config.acme && {
    account: acmeAccount({
      directory: config.acme.directory,
      contact: config.acme.contact,
      trusted: config.acme.trustedFile === undefined ? undefined : await readFile(config.acme.trustedFile, "utf8"),
      dir: join(dir, "acme"),
      async publish(token, answer) {
        challenges[token] = answer;
        await served(publish());
      },
      withdraw(token) {
        delete challenges[token];
        publish();
      },
    }),
    hosts: config.acme.hosts,
  };
  const certificates = new CertificateKeeper({
    folder: config.certificatesDir,
    acme: acme?.account,
    acmeFor: (host) =>
      acme?.hosts.some((pattern) => pattern === host || pattern === `*${afterFirstLabel(host)}`) ?? false,
    authority,
    now,
    onChange: () => changed(),
    onTrouble: trouble,
  });

  let ready = false;
  let built: ReturnType<typeof buildRoutes> = { routes: [], conflicts: [] };
  let timer: NodeJS.Timeout | undefined;
  const publish = () => {
    const stacks = parts.stacks();
    const { signIn, timeoutMs } = config;
    const running = stacks.flatMap(({ services }) => services.flatMap(({ containers }) => containers));
    traffic.seen(new Set(running.filter(({ status }) => status === "running").map(({ id }) => id)));
    built = buildRoutes(stacks, { draining: traffic.draining, reach: parts.reach, signIn, timeoutMs });
    const secure = built.routes.filter(({ protocol, tls }) => protocol === "http" && tls !== "none");
    const hosts = [...new Set(secure.map(({ host }) => host.toLowerCase()))];
    return control.publish({
      routes: built.routes,
      certificates: certificates.tableFor(hosts),
      challenges: { ...challenges },
      signOn: { cookie: "berth-sign-on", keys },
    });
  };
  const changed = () => {
    // Before the server knows its stacks, a table would be an empty one.
    if (!ready) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      publish();
    }, GATHER_MS).unref();
  };
  const served = (version: number) =>
    new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(limit);
        unwatch();
        resolve();
      };
      const limit = setTimeout(end, CHALLENGE_MS);
      const unwatch = control.watch(() => control.isQuiet(version, []) && end());
      if (control.isQuiet(version, [])) end();
    });
  const traffic = new ProxyTraffic({ control, publish, withinMs: parts.drainMs });
  const look = () => void certificates.look().catch((error: unknown) => trouble(String(error)));
  const looking = setInterval(look, CERTIFICATES_MS).unref();
  const fleet = new ProxyFleet(control, {
    program: parts.program,
    flags: proxyFlags(config, join(dir, "control.sock")),
    processes: config.processes,
    logFile: join(dir, "proxy.log"),
    drainMs: parts.drainMs(),
    onTrouble: trouble,
  });
  return {
    changed() {
      ready = true;
      changed();
      look();
    },
    traffic,
    keys,
    root: authority?.root,
    table: () => built.routes,
    conflicts: () => built.conflicts,
    certificates: () => certificates.states(),
    proxies: () => control.proxies(),
    async close() {
      clearTimeout(timer);
      clearInterval(looking);
      await fleet.close(config.endWithServer ? parts.drainMs() : undefined);
      await control.close();
    },
  };
}
