// A service's spec as a service of a compose file, in the long forms.

import type { FileUse, MountSpec, ServiceSpec } from "../../stack/types.ts";
import { berthPart } from "./berth-part.ts";
import { octal, type Printed, said, span, textMap, whenTrue, word, words } from "./words.ts";

/** The service as it is printed. */
export function printService(service: ServiceSpec): Printed {
  return new Map<string, Printed>([
    ...said({
      ...program(service),
      ...life(service),
      ...reach(service),
      volumes: service.mounts.map(mount),
      secrets: service.secrets.map(fileUse),
      configs: service.configs.map(fileUse),
      healthcheck: health(service),
      ...limits(service),
      ...security(service),
      logging:
        service.logging && said({ driver: word(service.logging.driver), options: textMap(service.logging.options) }),
      deploy: said({ update_config: update(service) }),
      retain_ip: whenTrue(service.retainAddress),
      "x-berth": berthPart(service),
    }),
    // A driver and options that are not said are still a wish for logging.
    ...(service.logging !== undefined && isBare(service.logging) ? [["logging", new Map()] as const] : []),
  ]);
}

function isBare(logging: NonNullable<ServiceSpec["logging"]>): boolean {
  return logging.driver === undefined && Object.keys(logging.options).length === 0;
}

type Part = Readonly<Record<string, Printed | undefined>>;

function program(service: ServiceSpec): Part {
  // Rancher's label asks for it, too: what was decided against it must be said.
  const labelled = service.labels["io.rancher.container.pull_image"] === "always";
  return {
    image: word(service.image),
    pull_policy: service.pull === "missing" && !labelled ? undefined : service.pull,
    platform: word(service.platform),
    entrypoint: emptyToo(service.entrypoint),
    command: emptyToo(service.command),
    environment: textMap(service.environment),
    labels: textMap(service.labels),
    annotations: textMap(service.annotations),
    user: word(service.user),
    group_add: words(service.groups),
    working_dir: word(service.workingDir),
    hostname: word(service.hostname),
    domainname: word(service.domainname),
    tty: whenTrue(service.tty),
    stdin_open: whenTrue(service.stdin),
    init: whenTrue(service.init),
    read_only: whenTrue(service.readOnly),
  };
}

/** An empty program is a wish (the image's is not used), and is printed as an empty line. */
function emptyToo(list: readonly string[] | undefined): Printed | undefined {
  if (list === undefined) return undefined;
  return list.length === 0 ? "" : words(list);
}

function life(service: ServiceSpec): Part {
  const { when, attempts } = service.restart;
  const restart = attempts === undefined ? when : `${when}:${attempts}`;
  return {
    scale: service.replicas === 1 ? undefined : service.replicas,
    restart,
    stop_signal: word(service.stopSignal),
    stop_grace_period: service.stopGraceMs === 10_000 ? undefined : span(service.stopGraceMs),
    depends_on: new Map(
      service.dependsOn.map((dependency) => [
        dependency.service,
        said({
          condition: CONDITIONS[dependency.condition],
          required: dependency.required ? undefined : false,
          restart: whenTrue(dependency.restart),
        }),
      ]),
    ),
  };
}

const CONDITIONS = {
  started: "service_started",
  healthy: "service_healthy",
  completed: "service_completed_successfully",
} as const;

function reach(service: ServiceSpec): Part {
  const uses = service.networks.map(
    ({ name, aliases, ipv4, ipv6, priority }) =>
      [name, said({ aliases: words(aliases), ipv4_address: word(ipv4), ipv6_address: word(ipv6), priority })] as const,
  );
  const plain = uses.length === 1 && uses[0]?.[0] === "default" && uses[0][1].size === 0;
  return {
    network_mode: word(service.networkMode),
    networks: plain ? undefined : new Map(uses.map(([name, use]) => [name, use.size === 0 ? null : use])),
    ports: service.ports.map(({ container, host, address, protocol }) =>
      said({
        target: container,
        published: host === undefined ? undefined : String(host),
        host_ip: word(address),
        protocol,
      }),
    ),
    expose: service.expose.map(String),
    extra_hosts: service.extraHosts.map(({ host, address }) => words([`${host}=${address}`])[0] ?? ""),
    dns: words(service.dns),
    dns_search: words(service.dnsSearch),
    dns_opt: words(service.dnsOptions),
  };
}

function mount(spec: MountSpec): Printed {
  const { kind, target } = spec;
  const common = { type: kind, target: word(target) };
  if (kind === "tmpfs") return said({ ...common, tmpfs: said({ size: spec.bytes, mode: octal(spec.mode) }) });
  if (kind === "volume") {
    const own = said({ nocopy: whenTrue(spec.noCopy), subpath: word(spec.subpath) });
    return said({ ...common, source: word(spec.volume), read_only: whenTrue(spec.readOnly), volume: own });
  }
  const own = said({ create_host_path: spec.create ? undefined : false, propagation: word(spec.propagation) });
  return said({ ...common, source: word(spec.source), read_only: whenTrue(spec.readOnly), bind: own });
}

function fileUse({ name, target, uid, gid, mode }: FileUse): Printed {
  return said({ source: word(name), target: word(target), uid: word(uid), gid: word(gid), mode: octal(mode) });
}

function health({ health }: ServiceSpec): Printed | undefined {
  if (health === undefined) return undefined;
  const { test } = health;
  return said({
    test: test === undefined ? undefined : test.length === 0 ? ["NONE"] : words(test),
    interval: span(health.intervalMs),
    timeout: span(health.timeoutMs),
    start_period: span(health.startPeriodMs),
    start_interval: span(health.startIntervalMs),
    retries: health.retries,
  });
}

function limits({ limits: spec }: ServiceSpec): Part {
  return {
    mem_limit: spec.memoryBytes,
    mem_reservation: spec.memoryReservationBytes,
    memswap_limit: spec.memorySwapBytes,
    cpus: spec.cpus,
    cpu_shares: spec.cpuShares,
    cpuset: word(spec.cpuset),
    pids_limit: spec.pids,
    shm_size: spec.shmBytes,
    oom_score_adj: spec.oomScoreAdj,
    ulimits: new Map(Object.entries(spec.ulimits).map(([name, { soft, hard }]) => [name, said({ soft, hard })])),
    sysctls: textMap(spec.sysctls),
  };
}

function security({ security: spec }: ServiceSpec): Part {
  return {
    privileged: whenTrue(spec.privileged),
    cap_add: words(spec.capAdd),
    cap_drop: words(spec.capDrop),
    security_opt: words(spec.securityOpt),
    devices: words(spec.devices),
    gpus: words(spec.gpus),
    pid: word(spec.pid),
    ipc: word(spec.ipc),
    uts: word(spec.uts),
    userns_mode: word(spec.usernsMode),
    cgroup: word(spec.cgroup),
    cgroup_parent: word(spec.cgroupParent),
    runtime: word(spec.runtime),
    device_cgroup_rules: words(spec.deviceCgroupRules),
  };
}

function update({ update: spec }: ServiceSpec): Printed {
  return said({
    parallelism: spec.batch,
    delay: span(spec.intervalMs),
    order: spec.startFirst ? "start-first" : "stop-first",
    monitor: span(spec.monitorMs),
    failure_action: spec.onFailure,
  });
}
