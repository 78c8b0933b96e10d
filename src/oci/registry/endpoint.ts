// Where an image is to be asked for: the registry itself and its mirrors, as the site's registries model says.
// Pure. The order of the answer is the order of trying.

import { formatReference, HUB, type Reference } from "../reference.ts";
import { fail } from "./errors.ts";
import type { RegistriesModel, RegistryRule } from "./registries-model.ts";

/** One place that may hold an image. */
export interface Endpoint {
  /** `host[:port]` as configured; the key for logins and certificates. */
  readonly host: string;
  readonly repository: string;
  /** True: plain HTTP and unverified certificates are accepted. */
  readonly insecure: boolean;
  readonly mirror: boolean;
}

/** The endpoints of a reference, mirrors first, the registry itself last. @throws E_BLOCKED, E_REGISTRIES_CONF */
export function planEndpoints(reference: Reference, model: RegistriesModel, insecure: boolean): readonly Endpoint[] {
  const name = `${reference.registry}/${reference.repository}`;
  const own = { host: reference.registry, repository: reference.repository, insecure, mirror: false };
  const rule = ruleFor(name, model);
  if (rule === undefined) return [own];
  if (rule.blocked) {
    throw fail("E_BLOCKED", { what: formatReference(reference), prefix: rule.prefix, file: rule.source });
  }
  const rest = name.slice(matchLength(name, rule.prefix));
  const byDigest = reference.digest !== undefined;
  const mirrors = rule.mirrors
    .filter((mirror) => mirror.pull === "all" || (mirror.pull === "digest-only") === byDigest)
    .map((mirror) => ({ ...splitLocation(mirror.location + rest, rule), insecure: mirror.insecure, mirror: true }));
  const source = rule.location === undefined ? own : { ...own, ...splitLocation(rule.location + rest, rule) };
  return [...mirrors, { ...source, insecure: insecure || rule.insecure }];
}

/** The registry that a reference names, for pushing. @throws E_BLOCKED */
export function homeEndpoint(reference: Reference, model: RegistriesModel, insecure: boolean): Endpoint {
  const { registry: host, repository } = reference;
  const rule = ruleFor(`${host}/${repository}`, model);
  if (rule?.blocked) {
    throw fail("E_BLOCKED", { what: formatReference(reference), prefix: rule.prefix, file: rule.source });
  }
  return { host, repository, insecure: insecure || (rule?.insecure ?? false), mirror: false };
}

// The rule with the longest prefix that covers `host[:port]/path`.
function ruleFor(name: string, model: RegistriesModel): RegistryRule | undefined {
  let best: RegistryRule | undefined;
  for (const rule of model.rules) {
    if (matchLength(name, rule.prefix) < 0) continue;
    if (best === undefined || rule.prefix.length > best.prefix.length) best = rule;
  }
  return best;
}

// Length of the part of `name` that the prefix stands for; -1 when it does not cover it. A prefix ends at a border
// of the name, so that "host/foo" does not cover "host/foobar"; "*.example.org" covers hosts below example.org.
function matchLength(name: string, prefix: string): number {
  if (prefix.startsWith("*.")) {
    const host = name.slice(0, name.indexOf("/"));
    return host.endsWith(prefix.slice(1)) ? host.length : -1;
  }
  if (!name.startsWith(prefix)) return -1;
  return name.length === prefix.length || name[prefix.length] === "/" ? prefix.length : -1;
}

function splitLocation(location: string, { prefix, source }: RegistryRule): { host: string; repository: string } {
  const slash = location.indexOf("/");
  if (slash < 0) {
    const why = `the location ${location} names no repository to stand for ${prefix}`;
    throw fail("E_REGISTRIES_CONF", { path: source, why });
  }
  return { host: location.slice(0, slash), repository: location.slice(slash + 1) };
}

/** The address of a registry's API; the hub's is not under its name. */
export function apiHost(host: string): string {
  return host === HUB ? "registry-1.docker.io" : host;
}
