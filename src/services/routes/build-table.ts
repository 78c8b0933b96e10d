// From stacks and their containers to what the proxies serve. Pure: the same stacks and containers always give the same
// routes in the same order, so that a difference is a change.

import type { ProxyBackend, ProxyRoute, ProxyWake } from "../../proxy/types.ts";
import type { IdleSpec, RouteSpec } from "../../recipe/stack/types.ts";
import type { EngineContainer } from "../engine/types.ts";
import type { ServiceState } from "../types.ts";
import { audienceOf } from "./audience.ts";

/** A stack as far as routes need it. */
export interface RoutedStack {
  readonly name: string;
  readonly title?: string | undefined;
  /** Seconds since 1970: of two stacks that want the same address the older one has it. */
  readonly createdAt: number;
  readonly services: readonly RoutedService[];
}

export interface RoutedService {
  readonly name: string;
  readonly routes: readonly RouteSpec[];
  readonly idle?: IdleSpec | undefined;
  readonly state: ServiceState;
  readonly reason?: string | undefined;
  /** All that there are, whatever they do. */
  readonly containers: readonly RoutedContainer[];
}

export type RoutedContainer = Pick<EngineContainer, "id" | "status" | "health" | "addresses" | "ports">;

/** What the table is made of besides stacks. */
export interface TableRules {
  /** Ids of containers that get no new requests. */
  readonly draining: ReadonlySet<string>;
  /** Where this machine reaches a port of a container; undefined: not now. */
  reach(container: RoutedContainer, port: number): { readonly host: string; readonly port: number } | undefined;
  /** URL of the sign-in; undefined: there is none. */
  readonly signIn: string | undefined;
  /** Milliseconds until a reply must have begun, for routes that do not say. */
  readonly timeoutMs: number;
}

/** Two routes for one address: `loser` is not served. */
export interface RouteConflict {
  readonly address: string;
  readonly winner: string;
  readonly loser: string;
}

/** The routes, and those that cannot be. */
export function buildRoutes(
  stacks: readonly RoutedStack[],
  rules: TableRules,
): { readonly routes: readonly ProxyRoute[]; readonly conflicts: readonly RouteConflict[] } {
  const taken = new Map<string, string>();
  const routes: ProxyRoute[] = [];
  const conflicts: RouteConflict[] = [];
  const ordered = [...stacks].sort((a, b) => a.createdAt - b.createdAt || (a.name < b.name ? -1 : 1));
  for (const stack of ordered) {
    for (const service of stack.services) {
      for (const [index, spec] of service.routes.entries()) {
        const id = `${stack.name}/${service.name}/${index}`;
        const address = addressOf(spec);
        const winner = taken.get(address);
        if (winner !== undefined) conflicts.push({ address, winner, loser: id });
        else routes.push(routeOf(id, { stack, service, spec }, rules));
        taken.set(address, winner ?? id);
      }
    }
  }
  return { routes, conflicts };
}

function addressOf({ protocol, host, path, listen }: RouteSpec): string {
  return protocol === "tcp" ? `tcp port ${listen ?? 0}` : `${host.toLowerCase()}${path}`;
}

interface Wanted {
  readonly stack: RoutedStack;
  readonly service: RoutedService;
  readonly spec: RouteSpec;
}

function routeOf(id: string, wanted: Wanted, rules: TableRules): ProxyRoute {
  const { stack, service, spec } = wanted;
  const backends = backendsOf(wanted, rules);
  const audience = audienceOf(spec.auth, stack.name);
  const noSignIn = audience !== undefined && rules.signIn === undefined;
  const { state, reason } = noSignIn
    ? ({ state: "down", reason: "This site has no sign-in." } as const)
    : stateOf(service, backends);
  return {
    id,
    protocol: spec.protocol,
    host: spec.host,
    path: spec.path,
    listen: spec.listen,
    tls: spec.tls,
    stripPath: spec.stripPath,
    auth: audience === undefined || !rules.signIn ? undefined : { signIn: rules.signIn, audience },
    maxBodyBytes: spec.maxBodyBytes,
    requestsPerSecond: spec.requestsPerSecond,
    timeoutMs: spec.timeoutMs ?? rules.timeoutMs,
    backends,
    state,
    reason,
    wake: service.idle && wakeOf(service.idle),
    title: stack.title ?? stack.name,
  };
}

function backendsOf({ service, spec }: Wanted, rules: TableRules): readonly ProxyBackend[] {
  const backends: ProxyBackend[] = [];
  for (const container of [...service.containers].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const draining = rules.draining.has(container.id);
    // One that drains keeps its requests although its health check may fail by now.
    if (container.status !== "running" || (!draining && !isWell(container))) continue;
    const place = rules.reach(container, spec.port);
    if (place) backends.push({ id: container.id, host: place.host, port: place.port, draining });
  }
  return backends;
}

function isWell({ health }: RoutedContainer): boolean {
  return health === "none" || health === "healthy";
}

type StateOf = Pick<ProxyRoute, "state" | "reason">;

// What the service is said to be matters only while nothing of it can be reached.
function stateOf(service: RoutedService, backends: readonly ProxyBackend[]): StateOf {
  if (backends.some(({ draining }) => !draining)) return { state: "ready" };
  switch (service.state) {
    case "asleep":
    case "paused":
      return service.idle?.wake === false
        ? { state: "down", reason: "It sleeps, and its owner wakes it by hand." }
        : { state: "asleep" };
    case "waking":
    case "starting":
    case "upgrading":
      return { state: "waking" };
    case "running":
    case "degraded":
      // One that drains will have a successor; what its health check says no longer matters.
      return backends.length > 0 ? { state: "waking" } : unwell(service);
    default:
      return { state: "down", reason: REASONS[service.state] };
  }
}

// Between two events of the engine: a container is being replaced, or none answers its health check.
function unwell({ containers }: RoutedService): StateOf {
  const sick = containers.some(({ status, health }) => status === "running" && health === "unhealthy");
  return sick ? { state: "down", reason: "It runs, but fails its health check." } : { state: "waking" };
}

// Never a service's own reason: strangers read this.
const REASONS: Readonly<Partial<Record<ServiceState, string>>> = {
  stopped: "It is stopped.",
  completed: "It has done its work and ended.",
  failed: "It does not run: something is wrong with it.",
};

// The rules of what counts as use are needed also where nobody may wake.
function wakeOf({ wakeWith, holdMs, ignorePaths, ignoreAgents, quietConnectionMs }: IdleSpec): ProxyWake {
  return { with: wakeWith, holdMs, ignorePaths, ignoreAgents, quietConnectionMs };
}
