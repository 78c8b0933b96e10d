// The body of `POST /containers/create` for a plan. Where Podman needs something else than Docker for the same, it says so.

import { fields } from "./fields.ts";
import type { ContainerPlan, EngineMount, HealthCheck } from "./types.ts";

const NANOSECONDS_PER_MS = 1e6;
const CPU_NANOS = 1e9;

/** What the body depends on besides the plan. */
export interface EngineTraits {
  readonly kind: "docker" | "podman";
  /** Limits for open files and processes that are given when the plan has none: Podman's own may be beyond what it may set. */
  readonly ulimits: ContainerPlan["ulimits"];
}

export function createBody(plan: ContainerPlan, traits: EngineTraits): Record<string, unknown> {
  const [network] = plan.networks;
  return {
    Image: plan.image,
    Labels: plan.labels,
    ...(plan.entrypoint && { Entrypoint: plan.entrypoint }),
    ...(plan.command && { Cmd: plan.command }),
    Env: plan.env,
    ...given({
      User: plan.user,
      WorkingDir: plan.workingDir,
      Hostname: plan.hostname,
      Domainname: plan.domainname,
      StopSignal: plan.stopSignal,
    }),
    Tty: plan.tty,
    OpenStdin: plan.stdin,
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    StopTimeout: Math.ceil(plan.stopGraceMs / 1000),
    ExposedPorts: Object.fromEntries(
      [...plan.expose, ...plan.ports.map(portKey)].map((port) => [withProtocol(port), {}]),
    ),
    ...(plan.health && { Healthcheck: healthBody(plan.health) }),
    HostConfig: hostConfig(plan, traits),
    ...(network && { NetworkingConfig: { EndpointsConfig: { [network.name]: endpoint(network) } } }),
  };
}

/** How a container is in a network, as `create` and `connect` are told it. */
export function endpoint(network: {
  readonly aliases?: readonly string[] | undefined;
  readonly ipv4?: string | undefined;
  readonly ipv6?: string | undefined;
}): Record<string, unknown> {
  const fixed = given({ IPv4Address: network.ipv4, IPv6Address: network.ipv6 });
  return { Aliases: network.aliases ?? [], ...(Object.keys(fixed).length > 0 && { IPAMConfig: fixed }) };
}

function hostConfig(plan: ContainerPlan, traits: EngineTraits): Record<string, unknown> {
  return {
    NetworkMode: plan.networkMode ?? plan.networks[0]?.name,
    PortBindings: portBindings(plan),
    PublishAllPorts: plan.publishAll,
    RestartPolicy: { Name: plan.restart.when, MaximumRetryCount: plan.restart.attempts ?? 0 },
    Init: plan.init,
    ReadonlyRootfs: plan.readOnly,
    Privileged: plan.privileged,
    Mounts: plan.mounts.map(mountBody),
    Tmpfs: plan.tmpfs,
    ...rights(plan, traits),
    ...limits(plan),
    ...namespaces(plan),
    ...(plan.logging && { LogConfig: logConfig(plan.logging, traits) }),
  };
}

function rights(plan: ContainerPlan, { kind, ulimits }: EngineTraits): Record<string, unknown> {
  return {
    GroupAdd: plan.groups,
    CapAdd: plan.capAdd,
    CapDrop: plan.capDrop,
    SecurityOpt: plan.securityOpt,
    Devices: [...plan.devices.map(deviceBody), ...(kind === "podman" ? plan.gpus.map(cdiDevice) : [])],
    DeviceCgroupRules: plan.deviceCgroupRules,
    ...(kind === "docker" && plan.gpus.length > 0 && { DeviceRequests: [{ Driver: "cdi", DeviceIDs: plan.gpus }] }),
    Ulimits: Object.entries({ ...(kind === "podman" ? ulimits : {}), ...plan.ulimits }).map(
      ([Name, { soft, hard }]) => ({
        Name,
        Soft: soft,
        Hard: hard,
      }),
    ),
    Sysctls: { ...openPorts(plan, kind), ...plan.sysctls },
  };
}

// Docker lets everybody in a container listen on ports below 1024; services that were written for it count on that.
function openPorts(plan: ContainerPlan, kind: EngineTraits["kind"]): Readonly<Record<string, string>> {
  const own = plan.networkMode === undefined || !/^(?:host|container:|ns:)/.test(plan.networkMode);
  return kind === "podman" && own ? { "net.ipv4.ip_unprivileged_port_start": "0" } : {};
}

function limits(plan: ContainerPlan): Record<string, unknown> {
  return given({
    Memory: plan.memoryBytes,
    MemoryReservation: plan.memoryReservationBytes,
    MemorySwap: plan.memorySwapBytes,
    NanoCpus: plan.cpus === undefined ? undefined : Math.round(plan.cpus * CPU_NANOS),
    CpuShares: plan.cpuShares,
    CpusetCpus: plan.cpuset,
    PidsLimit: plan.pids,
    ShmSize: plan.shmBytes,
    OomScoreAdj: plan.oomScoreAdj,
  });
}

function namespaces(plan: ContainerPlan): Record<string, unknown> {
  return {
    ExtraHosts: plan.extraHosts,
    Dns: plan.dns,
    DnsSearch: plan.dnsSearch,
    DnsOptions: plan.dnsOptions,
    ...given({
      PidMode: plan.pidMode,
      IpcMode: plan.ipcMode,
      UTSMode: plan.utsMode,
      UsernsMode: plan.usernsMode,
      CgroupParent: plan.cgroupParent,
      Runtime: plan.runtime,
    }),
  };
}

function portBindings(plan: ContainerPlan): Record<string, unknown> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of plan.ports) {
    const binding = { HostIp: port.address, HostPort: port.host === 0 ? "" : String(port.host) };
    bindings[portKey(port)] = [...(bindings[portKey(port)] ?? []), binding];
  }
  return bindings;
}

function portKey(port: { readonly container: number; readonly protocol: string }): string {
  return `${port.container}/${port.protocol}`;
}

function withProtocol(port: string): string {
  return port.includes("/") ? port : `${port}/tcp`;
}

function mountBody(mount: EngineMount): Record<string, unknown> {
  const common = { Target: mount.target, ReadOnly: mount.readOnly };
  if (mount.kind === "bind") {
    const propagation = mount.propagation === undefined ? {} : { BindOptions: { Propagation: mount.propagation } };
    return { Type: "bind", Source: mount.source, ...common, ...propagation };
  }
  const options = { NoCopy: mount.noCopy, ...given({ Subpath: mount.subpath }) };
  return { Type: "volume", Source: mount.volume, ...common, VolumeOptions: options };
}

function deviceBody(device: string): Record<string, unknown> {
  const [host = "", inside = host, permissions = "rwm"] = device.split(":");
  return { PathOnHost: host, PathInContainer: inside, CgroupPermissions: permissions };
}

function cdiDevice(name: string): Record<string, unknown> {
  return { PathOnHost: name, PathInContainer: name, CgroupPermissions: "rwm" };
}

function healthBody(check: HealthCheck): Record<string, unknown> {
  const nanoseconds = (ms: number) => Math.round(ms * NANOSECONDS_PER_MS);
  return {
    Test: check.test,
    Interval: nanoseconds(check.intervalMs),
    Timeout: nanoseconds(check.timeoutMs),
    StartPeriod: nanoseconds(check.startPeriodMs),
    Retries: check.retries,
  };
}

// Podman calls the files that Docker has for its own by another name, and knows one option of them.
function logConfig(
  { driver, options }: NonNullable<ContainerPlan["logging"]>,
  { kind }: EngineTraits,
): Record<string, unknown> {
  if (kind === "docker" || (driver !== "json-file" && driver !== "local")) return { Type: driver, Config: options };
  const size = options["max-size"];
  return { Type: "k8s-file", Config: size === undefined ? {} : { "max-size": size } };
}

/** Without what is undefined. */
function given(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields(values)).filter(([, value]) => value !== undefined));
}
