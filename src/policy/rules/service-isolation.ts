// What would give a container control of its node: SVC-08.

import { APP_FOLDER, bind, path } from "../example-parts.ts";
import { powersOf } from "../powers.ts";
import { rule } from "../rule.ts";

const host = (shows: string, says: string) => ({ shows, expect: { says } });

export const SERVICE_ISOLATION = rule({
  id: "SVC-08",
  title: "A service does not reach out of its container",
  on: "service",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{option} would give control of the node: {why}",
  hint: "remove {option}; ask the site's staff if the service cannot do without",
  why: "Everybody's services run on the same nodes. Whoever controls a node reads and changes all of them.",
  source: "Spin: Security Recommendations",
  check: (subject) => powersOf(subject).map(({ option, why, at }) => ({ at, fields: { option, why } })),
  passes: [
    { shows: "nothing of the kind" },
    { shows: "network_mode: service:db", service: { networkMode: "service:web" } },
    { shows: "network_mode: none", service: { networkMode: "none" } },
    { shows: "ipc: private", security: { ipc: "private", cgroup: "private" } },
    {
      shows: "a device that the site lends",
      security: { devices: ["/dev/fuse:/dev/fuse:rw"] },
      policy: lend("/dev/fuse"),
    },
    {
      shows: "logs that are kept short",
      service: { logging: { driver: "json-file", options: { "max-size": "10m", "max-file": "3" } } },
    },
    { shows: "an allowed folder", service: { mounts: [bind(APP_FOLDER)] } },
  ],
  fails: [
    { ...host("privileged: true", "privileged: true"), security: { privileged: true } },
    { ...host("network_mode: host", "network_mode: host"), service: { networkMode: "host" } },
    { ...host("network_mode: Host", "network_mode"), service: { networkMode: " Host " } },
    { ...host("network_mode: container:x", "container:x"), service: { networkMode: "container:x" } },
    { ...host("network_mode: ns:/proc/1/ns/net", "ns:"), service: { networkMode: "ns:/proc/1/ns/net" } },
    { ...host("network_mode: service of another stack", "service:other"), service: { networkMode: "service:other" } },
    {
      ...host("the host's network as an external one", "host"),
      service: { networks: [{ name: "n", aliases: [] }] },
      stack: { networks: [network("host")] },
    },
    { ...host("pid: host", "pid: host"), security: { pid: "host" } },
    { ...host("pid: container:x", "pid"), security: { pid: "container:x" } },
    { ...host("ipc: host", "ipc: host"), security: { ipc: "host" } },
    { ...host("uts: host", "uts: host"), security: { uts: "host" } },
    { ...host("userns_mode: host", "userns_mode"), security: { usernsMode: "host" } },
    { ...host("cgroup: host", "cgroup: host"), security: { cgroup: "host" } },
    { ...host("cgroup_parent", "cgroup_parent"), security: { cgroupParent: "/" } },
    { ...host("runtime", "runtime: evil"), security: { runtime: "evil" } },
    { ...host("device", "/dev/sda"), security: { devices: ["/dev/sda:/dev/x:rwm"] } },
    {
      ...host("logs to a file of the node", "logging option path"),
      service: { logging: { driver: "k8s-file", options: { path: "/etc/cron.d/x" } } },
    },
    {
      ...host("a device beside the lent one", "sda"),
      security: { devices: ["/dev/fuse/../sda"] },
      policy: lend("/dev/fuse*"),
    },
    { ...host("device_cgroup_rules", "device_cgroup_rules"), security: { deviceCgroupRules: ["a *:* rwm"] } },
    { ...host("a GPU where the site lends none", "gpu"), security: { gpus: ["nvidia=0"] } },
    ...[
      "/var/run/docker.sock",
      "/run/docker.sock",
      "/var/run/../run/docker.sock",
      "//run//./docker.sock",
      "/run",
      "/",
    ].map((source) => ({ ...host(`socket: ${source}`, source), service: { mounts: [bind(source)] } })),
    ...["/run/user/1000/podman/podman.sock", "/run/user/1000", "/var/lib/docker/volumes", "/opt/x/docker.sock"].map(
      (source) => ({ ...host(`engine's own: ${source}`, source), service: { mounts: [bind(source)] } }),
    ),
    {
      ...host("a link to the socket", "docker.sock"),
      service: { mounts: [bind(APP_FOLDER)] },
      facts: path(APP_FOLDER, { real: "/run/docker.sock", kind: "socket" }),
    },
    {
      ...host("the socket under another name", "a socket"),
      service: { mounts: [bind(APP_FOLDER)] },
      facts: path(APP_FOLDER, { kind: "socket" }),
    },
    {
      ...host("a disk under another name", "a device"),
      service: { mounts: [bind(APP_FOLDER)] },
      facts: path(APP_FOLDER, { kind: "device" }),
    },
    {
      ...host("the socket's folder in a volume's options", "/run"),
      service: { mounts: [{ kind: "volume", volume: "v", target: "/x", readOnly: false, noCopy: false }] },
      stack: { volumes: [{ name: "v", options: { type: "none", o: "bind", device: "/run" }, labels: {} }] },
    },
  ],
});

function lend(device: string) {
  const nothing = {
    runtimes: [],
    volumeDrivers: [],
    networkDrivers: ["bridge"],
    loggingDrivers: [],
    sharedNetworks: [],
    sharedVolumes: [],
  };
  return { allowed: { ...nothing, devices: [device], gpus: false } };
}

function network(external: string) {
  return { name: "n", external, options: {}, internal: false, ipv6: false, subnets: [], labels: {} };
}
