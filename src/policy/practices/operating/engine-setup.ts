// How the engine of a service machine is set up: DAE002.

import { fitsAny } from "../../glob.ts";
import { listed } from "../../message.ts";
import { isPartOf, networkOf } from "../../network.ts";
import { practice } from "../../practice.ts";
import type { EngineDemands } from "../../practice-config.ts";
import type { EngineFacts } from "../../practice-facts.ts";
import type { HostSubject } from "../../practice-subjects.ts";
import { type Hit, unknown } from "../../rule.ts";

const DEMANDS: EngineDemands = {
  versions: { docker: "29", podman: "5" },
  packages: ["docker-ce", "podman"],
  logDrivers: ["journald", "syslog"],
  subnets: ["10.99.0.0/16"],
};
const SAID = { engines: DEMANDS };
const GOOD: EngineFacts = {
  ...{ kind: "docker", hostNames: ["svc1"], version: "29.1.0", dataRootIsOwnMount: true, logDriver: "journald" },
  ...{ bridgeSubnet: "10.99.0.0/24", packageSource: "docker-ce" },
};

export const ENGINE_SETUP = practice({
  id: "DAE002",
  title: "An engine is set up as the site's practices say",
  severity: "warning",
  class: "required",
  certainty: "certain",
  message: "the engine's {item}",
  hint: "{cure}",
  why: "A full disk, lost logs or addresses that meet the site's own take more than one service with them.",
  source: "N4.3",
  peers: [],
  controls: ["CIS 1.1", "CIS 2.1"],
  checks: { host: setupOf },
  passes: [
    { shows: "as it should be", host: true, policy: SAID, facts: { engine: GOOD } },
    { shows: "no engine", host: true, facts: { engine: { kind: undefined, hostNames: [] } } },
    { shows: "no default network", host: true, facts: { engine: { ...GOOD, bridgeSubnet: null } } },
    {
      shows: "an old version with the distribution's mends, where the site says so",
      host: true,
      policy: { engines: { ...DEMANDS, versions: { docker: "20.10.24", podman: "4" }, packages: ["docker.io"] } },
      facts: { engine: { ...GOOD, version: "20.10.24+dfsg1", packageSource: "docker.io" } },
    },
    {
      shows: "the standard network, written down",
      host: true,
      policy: { engines: { ...DEMANDS, subnets: ["10.88.0.0/16"] } },
      facts: {
        engine: { ...GOOD, kind: "podman", version: "5.4.2", bridgeSubnet: "10.88.0.0/16", packageSource: "podman" },
      },
    },
  ],
  fails: [
    failing("an old version", { version: "28.5.2" }, "version 28.5.2 is older than 29"),
    failing("an old Podman", { kind: "podman", version: "4.3.1" }, "version 4.3.1 is older than 5"),
    failing("copied by hand", { packageSource: null }, "program belongs to no package"),
    failing("another package", { packageSource: "docker.io" }, "package is docker.io"),
    failing("data beside the system", { dataRootIsOwnMount: false }, "data lie on the system's disk"),
    failing("no logs", { logDriver: "none" }, "log driver is none"),
    failing("logs that nobody gathers", { logDriver: "json-file" }, "log driver is json-file"),
    failing("the standard network", { bridgeSubnet: "172.17.0.0/16" }, "standard addresses 172.17.0.0/16"),
    failing("a network that is not written down", { bridgeSubnet: "10.9.0.0/16" }, "10.9.0.0/16, which the site"),
    {
      shows: "nobody wrote addresses down",
      host: true,
      facts: { engine: GOOD },
      expect: { certainty: "unknown", says: "engines.subnets" },
    },
    {
      shows: "an engine that says little",
      host: true,
      policy: SAID,
      facts: { engine: { kind: "docker", hostNames: ["svc1"], version: "29.1.0" } },
      expect: { certainty: "unknown", says: "package, disk, log driver and default network" },
    },
    { shows: "nobody looked", host: true, expect: { certainty: "unknown" } },
  ],
});

function failing(shows: string, facts: Partial<EngineFacts>, says: string) {
  return { shows, host: true, policy: SAID, facts: { engine: { ...GOOD, ...facts } }, expect: { says } } as const;
}

interface Running extends EngineFacts {
  readonly kind: "docker" | "podman";
}

/** What is not as it should be, or what is not known of it; undefined: all is well. */
type Judged = { readonly item: string; readonly cure: string } | { readonly missing: string } | undefined;

const PARTS: readonly ((engine: Running, demands: EngineDemands) => Judged)[] = [
  versionOf,
  packageOf,
  diskOf,
  logsOf,
  networkFor,
];

function setupOf({ facts: { engine }, tables: { engines } }: HostSubject): Hit | readonly Hit[] {
  if (!engine) return unknown("whether an engine runs here");
  const { kind } = engine;
  if (kind === undefined) return [];
  const judged = PARTS.flatMap((part) => part({ ...engine, kind }, engines) ?? []);
  const missing = judged.flatMap((one) => ("missing" in one ? [one.missing] : []));
  return [
    ...judged.flatMap((one) => ("item" in one ? [{ fields: one }] : [])),
    ...(missing.length > 0 ? [unknown(`the engine's ${listed(missing)}`)] : []),
  ];
}

function versionOf({ kind, version }: Running, { versions }: EngineDemands): Judged {
  if (version === undefined || !/^\d/.test(version)) return { missing: "version" };
  const least = versions[kind];
  if (!isOlder(version, least)) return undefined;
  return {
    item: `version ${version} is older than ${least}`,
    cure: "install one that is still maintained, or say which one the site takes (engines.versions)",
  };
}

// What follows the numbers (`+dfsg1`, `-rc.1`) does not count.
function isOlder(version: string, than: string): boolean {
  const [own, least] = [version, than].map(
    (text) =>
      text
        .split(/[^\d.]/, 1)[0]
        ?.split(".")
        .map(Number) ?? [],
  );
  for (const [index, wanted] of (least ?? []).entries()) {
    const number = own?.[index] ?? 0;
    if (number !== wanted) return number < wanted;
  }
  return false;
}

function packageOf({ packageSource }: Running, { packages }: EngineDemands): Judged {
  if (packageSource === undefined) return { missing: "package" };
  const cure = `install it from a repository${packages.length > 0 ? `: ${listed(packages, "or")}` : ""}`;
  if (packageSource === null) return { item: "program belongs to no package, so nothing updates it", cure };
  if (packages.length === 0 || fitsAny(packages, packageSource)) return undefined;
  return { item: `package is ${packageSource}, which the site does not take`, cure };
}

function diskOf({ dataRootIsOwnMount }: Running): Judged {
  if (dataRootIsOwnMount === undefined) return { missing: "disk" };
  if (dataRootIsOwnMount) return undefined;
  return { item: "data lie on the system's disk", cure: "give its data folder a file system of its own" };
}

function logsOf({ logDriver }: Running, { logDrivers }: EngineDemands): Judged {
  if (logDriver === undefined) return { missing: "log driver" };
  const isTaken = logDriver !== "none" && (logDrivers.length === 0 || logDrivers.includes(logDriver));
  if (isTaken) return undefined;
  const others = logDrivers.length === 0 ? ["journald", "local"] : logDrivers;
  return { item: `log driver is ${logDriver}`, cure: `set its log driver to ${listed(others, "or")}` };
}

/** What engines take for their default network unless told. */
const STANDARD = { docker: "172.17.0.0/16", podman: "10.88.0.0/16" } as const;

function networkFor({ kind, bridgeSubnet }: Running, { subnets }: EngineDemands): Judged {
  if (bridgeSubnet === undefined) return { missing: "default network" };
  if (bridgeSubnet === null || subnets?.some((one) => isPartOf(bridgeSubnet, one))) return undefined;
  const key = kind === "docker" ? "bip in daemon.json" : "default_subnet in containers.conf";
  const cure = `set ${key} to addresses that the site has put down for engines (engines.subnets)`;
  if (bridgeSubnet === STANDARD[kind])
    return { item: `default network has the standard addresses ${bridgeSubnet}`, cure };
  // Only networks of IPv4 can be written down.
  if (!subnets || !networkOf(bridgeSubnet))
    return { missing: `addresses ${bridgeSubnet}, which nobody may have put down (engines.subnets)` };
  return { item: `default network has the addresses ${bridgeSubnet}, which the site has not put down`, cure };
}
