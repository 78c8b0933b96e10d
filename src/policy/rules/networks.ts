// Networks of stacks, which keep them apart. No rules of the seed; without them others could be got around: NET-01, NET-02.

import { foreignHit } from "../foreign-part.ts";
import { fitsAny } from "../glob.ts";
import { pointerTo } from "../pointer.ts";
import { type Hit, rule } from "../rule.ts";

export const NETWORK_OWN = rule({
  id: "NET-01",
  title: "A stack uses its own networks, or those that the site shares",
  on: "network",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "The network {network} is not this stack's: {whose}",
  hint: "leave external: out, or ask staff to share the network",
  why: "In another's network all of his services can be reached, on every port.",
  source: "ours",
  unknown: "error",
  check: (subject) => {
    const { external } = subject.network;
    if (external === undefined || fitsAny(subject.policy.allowed.sharedNetworks, external)) return undefined;
    return foreignHit(subject, "network", external, subject.facts.networks);
  },
  passes: [
    { shows: "its own", stack: { networks: [network({})] } },
    {
      shows: "a shared one",
      stack: { networks: [network({ external: "monitoring" })] },
      policy: share({ sharedNetworks: ["monitor*"] }),
    },
    {
      shows: "another stack of the same owner",
      stack: { networks: [network({ external: "mars_default" })] },
      facts: { networks: parts("mars_default", "mars", "fred") },
    },
  ],
  fails: [
    {
      shows: "another's",
      stack: { networks: [network({ external: "mars_default" })] },
      facts: { networks: parts("mars_default", "mars", "elvis") },
      expect: { says: "it belongs to the stack mars" },
    },
    {
      shows: "the engine's bridge",
      stack: { networks: [network({ external: "bridge" })] },
      facts: { networks: new Map([["bridge", { stack: undefined }]]) },
    },
    {
      shows: "not looked up",
      stack: { networks: [network({ external: "x" })] },
      expect: { certainty: "unknown", severity: "error" },
    },
  ],
});

export const NETWORK_PLAIN = rule({
  id: "NET-02",
  title: "A stack's networks are plain ones",
  on: "network",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "The network {network} may not have {option}",
  hint: "remove it",
  why: "Other drivers and options put containers into the networks of the machine.",
  source: "ours",
  cases: {
    subnet: {
      message: "The network {network} wants the addresses {option}; on its node they would hide the site's own",
      hint: "leave ipam: out, and free addresses are chosen",
    },
  },
  check: ({ network: { name, driver, options, subnets, external }, policy: { allowed } }) => {
    if (external !== undefined) return undefined;
    const hits: Hit[] = [];
    if (driver !== undefined && driver !== "" && !fitsAny(allowed.networkDrivers, driver))
      hits.push({ at: "/driver", fields: { network: name, option: `the driver ${driver}` } });
    for (const key of Object.keys(options))
      if (!HARMLESS_OPTIONS.test(key))
        hits.push({ at: pointerTo("/options", key), fields: { network: name, option: `the option ${key}` } });
    const [first] = subnets;
    return first
      ? [...hits, { case: "subnet", at: "/subnets/0", fields: { network: name, option: first.subnet } }]
      : hits;
  },
  passes: [
    { shows: "no driver", stack: { networks: [network({})] } },
    { shows: "an MTU", stack: { networks: [network({ options: { "com.docker.network.driver.mtu": "1400" } })] } },
  ],
  fails: [
    { shows: "macvlan", stack: { networks: [network({ driver: "macvlan" })] } },
    { shows: "host", stack: { networks: [network({ driver: "host" })] } },
    {
      shows: "the machine's bridge by name",
      stack: { networks: [network({ options: { "com.docker.network.bridge.name": "docker0" } })] },
    },
    { shows: "parent: eth0", stack: { networks: [network({ options: { parent: "eth0" } })] } },
    {
      shows: "a subnet",
      stack: { networks: [network({ subnets: [{ subnet: "10.0.0.0/8" }] })] },
      expect: { case: "subnet", severity: "error" },
    },
  ],
});

const HARMLESS_OPTIONS =
  /^(com\.docker\.network\.(driver\.mtu|bridge\.enable_icc|bridge\.enable_ip_masquerade)|mtu|isolate)$/;

function network(change: object) {
  return { name: "net", options: {}, internal: false, ipv6: false, subnets: [], labels: {}, ...change };
}

function parts(name: string, stack: string, owner: string) {
  return new Map([[name, { stack, owner }]]);
}

function share(change: object) {
  const nothing = {
    devices: [],
    gpus: false,
    runtimes: [],
    volumeDrivers: [],
    networkDrivers: ["bridge"],
    loggingDrivers: [],
    sharedNetworks: [],
    sharedVolumes: [],
  };
  return { allowed: { ...nothing, ...change } };
}
