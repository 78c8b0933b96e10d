// The tables of practices that are shipped: what profiles begin with (spec/policy.md 1.1 and 1.14). Sites change them.

import type { PracticeConfig } from "../practice-config.ts";

const DAY = 86_400;
const GIB = 1024 ** 3;

export const PRACTICE_TABLES: PracticeConfig = {
  golden: [],
  goldenLayers: [],
  approvedSystems: new Map(),
  paidSupport: false,
  movingTags: [
    ...["latest", "stable", "edge", "devel", "dev", "nightly", "rolling", "rawhide", "unstable", "testing"],
    ...["main", "master", "current", "lts"],
  ],
  trustedSources: [],
  registries: [],
  agents: ["docker", "docker-archive", "docker-daemon", "oci", "oci-archive", "oras", "localimage"],
  bindDirectories: [
    ...["/home", "/root", "/tmp", "/var/tmp", "/scratch", "/nobackup", "/att/nobackup", "/gpfs", "/lustre"],
  ],
  sharedFileSystems: [],
  labels: [
    { name: "org.opencontainers.image.title", required: false, type: "text" },
    { name: "org.opencontainers.image.authors", required: false, type: "text" },
    { name: "org.opencontainers.image.url", required: false, type: "url" },
    { name: "org.opencontainers.image.source", required: false, type: "url" },
    { name: "org.opencontainers.image.documentation", required: false, type: "url" },
    { name: "org.opencontainers.image.created", required: false, type: "rfc3339" },
    { name: "org.opencontainers.image.revision", required: false, type: "hash" },
    { name: "org.opencontainers.image.licenses", required: false, type: "spdx" },
  ],
  tagPattern: undefined,
  limits: {
    imageBytes: 5 * GIB,
    compressedBytes: 5 * GIB,
    imageAge: 30 * DAY,
    scanAge: 5 * DAY,
    rebuildAge: 7 * DAY,
    manyLayers: 40,
    mostLayers: 127,
    wastedShare: 0.1,
    clutterBytes: 10 * 1024 ** 2,
    manyPackages: 400,
  },
  fileOwners: { from: 500, root: false },
  deniedLicences: [],
  capabilities: {
    plain: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID", "NET_BIND_SERVICE"],
    shared: ["NET_BIND_SERVICE"],
  },
  openPorts: [],
  serviceWords: [],
  composeVersions: undefined,
  imageFolders: [],
  isolation: "none",
  userFacingHosts: undefined,
  // The oldest majors whose projects still mend flaws (Moby's list of branches; 2026-11-23).
  engines: { versions: { docker: "29", podman: "5" }, packages: [], logDrivers: [], subnets: undefined },
  contact: undefined,
  dataClass: { label: "org.berth.data-class", closed: ["itar", "cui", "classified", "restricted"] },
  flaws: { fixed: "high", unfixed: "critical" },
  signed: false,
  waivers: [],
  ignores: { allowed: true, reasons: false, locked: [] },
};

/** NCCS: approved systems, and reasons for every exception. */
export const NCCS_TABLES: PracticeConfig = {
  ...PRACTICE_TABLES,
  approvedSystems: new Map([
    ["debian", ["12", "13"]],
    ["ubuntu", ["22.04", "24.04"]],
    ["rocky", ["8", "9"]],
    ["almalinux", ["8", "9"]],
    ["alpine", ["3.20", "3.21", "3.22", "3.23"]],
  ]),
  ignores: { allowed: true, reasons: true, locked: [] },
};

/** Spin: its file systems, ports and words. */
export const SPIN_TABLES: PracticeConfig = {
  ...PRACTICE_TABLES,
  sharedFileSystems: [{ path: "/global", minDepth: 3 }],
  serviceWords: ["api", "app", "db", "kv", "lb", "util", "web"],
  composeVersions: ["2"],
};
