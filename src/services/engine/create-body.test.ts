// What is sent for a plan. That engines take it is proved in tests/engine; here is what differs, and what must not be sent.

import { expect, test } from "vitest";
import { createBody } from "./create-body.ts";
import type { ContainerPlan } from "./types.ts";

const PLAN: ContainerPlan = {
  name: "web",
  image: "i@sha256:0",
  labels: { "berth.site": "s" },
  env: ["A=b"],
  groups: [],
  tty: false,
  stdin: false,
  init: true,
  readOnly: false,
  restart: { when: "on-failure", attempts: 3 },
  stopGraceMs: 1500,
  ports: [
    { container: 80, protocol: "tcp", host: 0, address: "127.0.0.1" },
    { container: 80, protocol: "tcp", host: 8080, address: "::1" },
    { container: 53, protocol: "udp", host: 53, address: "" },
  ],
  expose: ["9000", "53/udp"],
  publishAll: false,
  mounts: [
    { kind: "bind", source: "/a", target: "/b", readOnly: true, propagation: "rslave" },
    { kind: "volume", volume: "v", target: "/c", readOnly: false, noCopy: true, subpath: "x" },
  ],
  tmpfs: { "/tmp": "size=1m" },
  networks: [
    { name: "one", aliases: ["web"], ipv4: "10.0.0.2" },
    { name: "two", aliases: [] },
  ],
  extraHosts: [],
  dns: [],
  dnsSearch: [],
  dnsOptions: [],
  health: { test: ["CMD", "true"], intervalMs: 1500, timeoutMs: 1000, startPeriodMs: 0, retries: 2 },
  capAdd: [],
  capDrop: ["ALL"],
  privileged: false,
  securityOpt: [],
  devices: ["/dev/fuse", "/dev/x:/dev/y:r"],
  deviceCgroupRules: [],
  gpus: ["nvidia.com/gpu=0"],
  cpus: 1.5,
  ulimits: { nofile: { soft: 1, hard: 2 } },
  sysctls: {},
  logging: { driver: "json-file", options: { "max-size": "1m", "max-file": "3" } },
};
const ULIMITS = { nofile: { soft: 9, hard: 9 }, nproc: { soft: 5, hard: 5 } };
const body = (kind: "docker" | "podman", changes: Partial<ContainerPlan> = {}) =>
  createBody({ ...PLAN, ...changes }, { kind, ulimits: ULIMITS });

test("ports, mounts, networks, devices, health and limits as the API has them", () => {
  expect(body("docker")).toMatchObject({
    Image: "i@sha256:0",
    StopTimeout: 2,
    ExposedPorts: { "9000/tcp": {}, "53/udp": {}, "80/tcp": {} },
    Healthcheck: { Test: ["CMD", "true"], Interval: 1.5e9, Timeout: 1e9, Retries: 2 },
    NetworkingConfig: { EndpointsConfig: { one: { Aliases: ["web"], IPAMConfig: { IPv4Address: "10.0.0.2" } } } },
    HostConfig: {
      NetworkMode: "one",
      NanoCpus: 1.5e9,
      PortBindings: {
        "80/tcp": [
          { HostIp: "127.0.0.1", HostPort: "" },
          { HostIp: "::1", HostPort: "8080" },
        ],
        "53/udp": [{ HostIp: "", HostPort: "53" }],
      },
      Mounts: [
        { Type: "bind", Source: "/a", Target: "/b", ReadOnly: true, BindOptions: { Propagation: "rslave" } },
        { Type: "volume", Source: "v", Target: "/c", ReadOnly: false, VolumeOptions: { NoCopy: true, Subpath: "x" } },
      ],
      Devices: [
        { PathOnHost: "/dev/fuse", PathInContainer: "/dev/fuse", CgroupPermissions: "rwm" },
        { PathOnHost: "/dev/x", PathInContainer: "/dev/y", CgroupPermissions: "r" },
      ],
      DeviceRequests: [{ Driver: "cdi", DeviceIDs: ["nvidia.com/gpu=0"] }],
      RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 },
      Ulimits: [{ Name: "nofile", Soft: 1, Hard: 2 }],
      LogConfig: { Type: "json-file", Config: { "max-size": "1m", "max-file": "3" } },
    },
  });
});

test("what nobody asked for is not sent: the image and the engine decide", () => {
  const sent = body("docker") as { HostConfig: Record<string, unknown> };
  for (const name of ["Cmd", "Entrypoint", "User", "Hostname", "WorkingDir", "StopSignal"])
    expect(sent).not.toHaveProperty(name);
  for (const name of ["Memory", "PidsLimit", "Runtime", "OomScoreAdj", "PidMode", "ShmSize"])
    expect(sent.HostConfig).not.toHaveProperty(name);
  expect(body("docker", { entrypoint: [], command: [] })).toMatchObject({ Entrypoint: [], Cmd: [] });
});

test("Podman is given limits, open ports and devices in its own way", () => {
  expect(body("podman")).toMatchObject({
    HostConfig: {
      Ulimits: [
        { Name: "nofile", Soft: 1, Hard: 2 },
        { Name: "nproc", Soft: 5, Hard: 5 },
      ],
      Sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" },
      LogConfig: { Type: "k8s-file", Config: { "max-size": "1m" } },
    },
  });
  const { HostConfig } = body("podman") as { HostConfig: { Devices: unknown[]; DeviceRequests?: unknown } };
  expect(HostConfig.Devices).toHaveLength(3);
  expect(HostConfig.DeviceRequests).toBeUndefined();
  // The host's own setting is not a container's to change.
  for (const networkMode of ["host", "container:x"])
    expect(body("podman", { networkMode })).toMatchObject({ HostConfig: { NetworkMode: networkMode, Sysctls: {} } });
});
