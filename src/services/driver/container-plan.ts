// A service of a recipe as a container that the engine can make. Pure: nothing is asked, nothing is looked up. What the
// platform adds (labels, names, addresses for the proxy) is said here, so that a recipe cannot forge it.

import type { HealthSpec, ServiceSpec } from "../../recipe/stack/types.ts";
import type { ContainerPlan, EngineMount } from "../engine/types.ts";
import { type DesiredStack, LABELS } from "../types.ts";
import { mountsOf, tmpfsOf } from "./container-mounts.ts";
import { containerName, HEALTH_LABEL } from "./names.ts";
import { engineNetwork, usesOf } from "./parts.ts";

/** What is known beside the recipe when a container is made. */
export interface Circumstances {
  /** `services.name` of the site. */
  readonly site: string;
  readonly config: string;
  readonly slot: number;
  /** Files for secrets and configs, as binds. */
  readonly files: readonly EngineMount[];
  /** Container whose network it shares (`service:NAME`). */
  readonly peer?: string | undefined;
  /** Containers cannot be reached by their addresses: a rootless engine. */
  readonly byPort: boolean;
  /** Address that its predecessor had, by the network's engine name, to be kept. */
  readonly addresses?: Readonly<Record<string, string>> | undefined;
}

/** Everything that is decided of one container. */
export function containerPlan(desired: DesiredStack, service: ServiceSpec, given: Circumstances): ContainerPlan {
  const { spec } = desired;
  return {
    name: containerName(spec.name, service.name, given.slot, given.config),
    image: desired.images.get(service.name)?.local ?? service.image,
    labels: labelsOf(desired, service, given),
    ...process(service),
    restart: restartOf(service),
    stopGraceMs: service.stopGraceMs,
    stopSignal: service.stopSignal,
    ports: portsOf(desired, service, given),
    expose: service.expose.map((port) => `${port}/tcp`),
    publishAll: false,
    mounts: [...mountsOf(spec, service), ...given.files],
    tmpfs: tmpfsOf(service),
    ...networkOf(desired, service, given),
    health: engineHealth(service.health),
    ...securityOf(service),
    ...limitsOf(service),
    logging: service.logging && { driver: service.logging.driver ?? "json-file", options: service.logging.options },
  };
}

function process(service: ServiceSpec) {
  const { entrypoint, command, user, groups, workingDir, hostname, domainname, tty, stdin, init, readOnly } = service;
  const env = Object.entries(service.environment).map(([key, value]) => `${key}=${value}`);
  return {
    entrypoint,
    command,
    env,
    user: numbered(user),
    groups,
    workingDir,
    hostname,
    domainname,
    tty,
    stdin,
    init,
    readOnly,
  };
}

// Engines look names up in the image, which may call any number `root`; the policy judged it as 0.
function numbered(user: string | undefined): string | undefined {
  return user
    ?.trim()
    .split(":")
    .map((part) => (part === "root" ? "0" : part))
    .join(":");
}

// The platform's labels last: a recipe's cannot take their place.
function labelsOf(desired: DesiredStack, service: ServiceSpec, given: Circumstances): Readonly<Record<string, string>> {
  const own = Object.fromEntries(Object.entries(service.labels).filter(([key]) => !key.startsWith("berth.")));
  const asked = service.health?.http && service.health;
  return {
    ...own,
    [LABELS.site]: given.site,
    [LABELS.stack]: desired.spec.name,
    [LABELS.service]: service.name,
    [LABELS.slot]: String(given.slot),
    [LABELS.deployment]: desired.deployment,
    [LABELS.config]: given.config,
    [LABELS.digest]: desired.images.get(service.name)?.digest ?? "",
    [LABELS.kind]: service.kind,
    ...(asked && { [HEALTH_LABEL]: JSON.stringify(asked) }),
  };
}

// `always` would bring back the stopped containers of an earlier configuration, or of a service that sleeps, when the
// engine is started again; `unless-stopped` is the same in everything else. A job runs once.
function restartOf(service: ServiceSpec): ContainerPlan["restart"] {
  if (service.kind === "job") return { when: "no" };
  const { when, attempts } = service.restart;
  return { when: when === "always" ? "unless-stopped" : when, attempts };
}

function portsOf(desired: DesiredStack, service: ServiceSpec, { byPort }: Circumstances): ContainerPlan["ports"] {
  const published = service.ports.map(({ container, host, address, protocol }) => {
    const chosen = desired.ports.get(`${service.name}/${container}/${protocol}`);
    return { container, protocol, host: host ?? chosen ?? 0, address: address ?? "0.0.0.0" };
  });
  if (!byPort || service.networkMode !== undefined) return published;
  // Nobody but this machine sees these; the proxy and the health checks need them where there is no way to the container.
  const wanted = new Set([
    ...service.routes.map(({ port }) => port),
    ...(service.health?.http ? [service.health.http.port] : []),
  ]);
  const missing = [...wanted].filter(
    (port) => !published.some((one) => one.container === port && one.protocol === "tcp"),
  );
  return [
    ...published,
    ...missing.map((container) => ({ container, protocol: "tcp", host: 0, address: "127.0.0.1" }) as const),
  ];
}

function networkOf(desired: DesiredStack, service: ServiceSpec, given: Circumstances) {
  const { spec } = desired;
  const mode = service.networkMode?.startsWith("service:") ? `container:${given.peer ?? ""}` : service.networkMode;
  const networks = usesOf(service).map(({ name, aliases, ipv4, ipv6 }) => {
    const engine = engineNetwork(spec, name);
    return { name: engine, aliases: [service.name, ...aliases], ipv4: ipv4 ?? given.addresses?.[engine], ipv6 };
  });
  return {
    networks,
    networkMode: mode,
    extraHosts: service.extraHosts.map(({ host, address }) => `${host}:${address}`),
    dns: service.dns,
    dnsSearch: service.dnsSearch,
    dnsOptions: service.dnsOptions,
  };
}

function engineHealth(health: HealthSpec | undefined): ContainerPlan["health"] {
  if (!health) return undefined;
  const { intervalMs, timeoutMs, startPeriodMs, retries } = health;
  if (health.test?.length === 0) return { test: ["NONE"], intervalMs, timeoutMs, startPeriodMs, retries };
  if (!health.test) return undefined;
  return { test: health.test, intervalMs, timeoutMs, startPeriodMs, retries };
}

function securityOf({ security }: ServiceSpec) {
  const { capAdd, capDrop, privileged, securityOpt, devices, deviceCgroupRules, gpus } = security;
  return {
    ...{ capAdd, capDrop, privileged, securityOpt, devices, deviceCgroupRules, gpus },
    pidMode: security.pid,
    ipcMode: security.ipc,
    utsMode: security.uts,
    usernsMode: security.usernsMode,
    cgroupParent: security.cgroupParent,
    runtime: security.runtime,
  };
}

function limitsOf({ limits }: ServiceSpec) {
  return limits;
}
