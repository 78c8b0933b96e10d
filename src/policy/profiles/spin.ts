// The profile `spin`: the rules of NERSC's Spin with its own tables. A site that is not Spin takes it as it is and puts its own
// registry, folders and names in.

import type { PolicyConfig, ServiceType } from "../config.ts";
import { SPIN_CAPABILITIES } from "./capabilities.ts";
import { SPIN_PORTS, USUAL_PORTS } from "./ports.ts";
import { SPIN_PRACTICES } from "./practice-severities.ts";
import { SPIN_TABLES } from "./practice-tables.ts";
import { SPIN_STORAGE } from "./storage-classes.ts";

const GIB = 1024 ** 3;
const DAY = 86_400;

const type = (description: string, reach: ServiceType["reach"], keepsData = false): ServiceType => ({
  description,
  reach,
  keepsData,
});

export const SPIN: PolicyConfig = {
  profile: "spin",
  severities: new Map(SPIN_PRACTICES),
  waivers: [],
  serviceTypes: new Map([
    ["api", type("API server", "world")],
    ["app", type("application server", "world")],
    ["db", type("database", "partners", true)],
    ["kv", type("key-value store", "partners", true)],
    ["lb", type("load balancer", "world")],
    ["util", type("utility service", "world")],
    ["web", type("web server", "world")],
  ]),
  registries: new Map([
    ["registry.spin.nersc.gov", { kind: "site", teams: true, shared: [] }],
    ["docker.io", { kind: "hub", teams: false, shared: [] }],
  ]),
  storageClasses: SPIN_STORAGE,
  defaultStorageClass: "local",
  portClasses: SPIN_PORTS,
  proxyPorts: [80, 443],
  approvedPorts: [],
  usualPorts: USUAL_PORTS,
  capabilities: SPIN_CAPABILITIES,
  mounts: [{ path: "/global/project", name: "gpfs", external: true, rootSquash: true, minDepth: 3, readOnly: false }],
  allowed: {
    devices: [],
    gpus: false,
    runtimes: [],
    volumeDrivers: [],
    networkDrivers: ["bridge"],
    loggingDrivers: ["json-file", "local", "journald", "k8s-file"],
    sharedNetworks: [],
    sharedVolumes: [],
  },
  collaborationAccounts: "^c_",
  names: {
    dynamic: "{service}.{stack}.prod-cattle.stable.spin.nersc.org",
    proxy: ["lb.reverse-proxy.prod-cattle.stable.spin.nersc.org"],
    hosts: [],
  },
  limits: { imageBytes: 5 * GIB, imageAgeSeconds: 365 * DAY, containerBytes: GIB },
  composeVersions: undefined,
  practices: SPIN_TABLES,
};
