// What a site writes about its rules, and what comes of it.

import { expect, test } from "vitest";
import { GENERIC } from "../../policy/profiles/generic.ts";
import { SPIN } from "../../policy/profiles/spin.ts";
import { findings } from "../findings.ts";
import { misfits } from "../shape.ts";
import { POLICY_SCHEMA, resolvePolicy } from "./policy.ts";
import type { PolicyFile } from "./policy-schema.ts";

function resolved(file: PolicyFile | undefined, dns?: Parameters<typeof resolvePolicy>[1]["dns"]) {
  const found = findings();
  expect(misfits(POLICY_SCHEMA, file ?? {})).toEqual([]);
  const policy = resolvePolicy(file, { path: ["services", "policy"], found, dns });
  return {
    policy,
    wrong: found.problems.map(({ message }) => message),
    odd: found.warnings.map(({ message }) => message),
  };
}

test("a site that says nothing has the profile generic", () => {
  expect(resolved(undefined)).toEqual({ policy: GENERIC, wrong: [], odd: [] });
});

test("a profile is taken as it is shipped", () => {
  expect(resolved({ profile: "spin" }).policy).toEqual(SPIN);
});

test("tables of names add to the profile's, and false takes one away", () => {
  const { policy } = resolved({
    profile: "spin",
    serviceTypes: { ml: { description: "model server" }, lb: false },
    capabilities: { cap_net_raw: { plain: true }, KILL: false },
  });
  expect([...policy.serviceTypes.keys()]).toEqual(["api", "app", "db", "kv", "util", "web", "ml"]);
  expect(policy.serviceTypes.get("ml")).toEqual({ description: "model server", reach: "site", keepsData: false });
  expect(policy.capabilities.get("NET_RAW")).toEqual({ description: "", plain: true, external: false });
  expect(policy.capabilities.has("KILL")).toBe(false);
});

test("registries, port classes and mounts replace the profile's", () => {
  const { policy } = resolved({
    profile: "spin",
    registries: { "registry.example.org": { kind: "site", teams: true } },
    portClasses: { all: { title: "from everywhere", reach: "world", ports: ["8080", "61000-61010"] } },
    mounts: [{ path: "/gpfs/data/", name: "gpfs", minDepth: 2 }],
  });
  expect([...policy.registries]).toEqual([["registry.example.org", { kind: "site", teams: true, shared: [] }]]);
  expect(policy.portClasses.get("all")).toEqual({
    title: "from everywhere",
    reach: "world",
    protocol: "tcp",
    ports: [
      { first: 8080, last: 8080 },
      { first: 61000, last: 61010 },
    ],
  });
  const mount = { path: "/gpfs/data", name: "gpfs", external: true, rootSquash: true, minDepth: 2, readOnly: false };
  expect(policy.mounts).toEqual([mount]);
});

test("names come from the site's own name service unless they are written", () => {
  const dns = { origin: "prod.example.org", proxyName: "lb.prod.example.org", proxyAddresses: ["192.0.2.1"] };
  expect(resolved({ profile: "spin" }, dns).policy.names).toEqual({
    dynamic: "{service}.{stack}.prod.example.org",
    proxy: ["lb.prod.example.org", "192.0.2.1"],
    hosts: [],
  });
  expect(resolved({ names: { proxy: ["p.example.org"] } }, dns).policy.names.proxy).toEqual(["p.example.org"]);
});

test("a waiver counts to the end of its last day", () => {
  const waiver = { rule: "VOL-02", stack: "rover", by: "wilma", reason: "old data" };
  const { policy } = resolved({ waivers: [{ ...waiver, until: "2027-01-01" }, waiver] });
  expect(policy.waivers[0]).toEqual({ ...waiver, service: "*", until: Date.UTC(2027, 0, 2) / 1000 });
  expect(policy.waivers[1]?.until).toBeNull();
});

test.each<[string, PolicyFile, RegExp]>([
  ["a rule that does not exist", { severities: { "SVC-99": "error" } }, /SVC-99 is no rule/],
  ["a case that does not exist", { severities: { "SVC-03:outside": "error" } }, /is no case of SVC-03/],
  ["a waiver for no rule", { waivers: [{ rule: "VOL02", stack: "*", by: "x", reason: "y" }] }, /is no rule: VOL02/],
  [
    "a day that does not exist",
    { waivers: [{ rule: "*", stack: "*", by: "x", reason: "y", until: "2027-02-30" }] },
    /is no day/,
  ],
  ["a range that ends before it begins", { portClasses: { a: { title: "x", ports: ["10-5"] } } }, /no port or range/],
  ["a port beyond the last", { portClasses: { a: { title: "x", ports: ["65536"] } } }, /no port or range/],
  ["the root folder", { mounts: [{ path: "/", name: "x" }] }, /would lend the engine's own/],
  ["the engine's socket", { mounts: [{ path: "/var/run/docker.sock", name: "x" }] }, /would lend the engine's own/],
  ["a folder with .. in it", { mounts: [{ path: "/gpfs/../etc", name: "x" }] }, /has \.\. in it/],
  ["a broken pattern", { collaborationAccounts: "(" }, /is no regular expression/],
  ["a default class that is not there", { defaultStorageClass: "floppy" }, /is none of the classes/],
])("%s is a mistake", (_, file, message) => {
  const { wrong } = resolved(file);
  expect(wrong).toHaveLength(1);
  expect(wrong[0]).toMatch(message);
});

test.each<[string, PolicyFile]>([
  ["what keeps services apart switched off", { severities: { "SVC-08": "off" } }],
  ["a folder of the node lent", { mounts: [{ path: "/etc/ssl", name: "x" }] }],
])("%s is allowed with a warning", (_, file) => {
  expect(resolved(file)).toMatchObject({ wrong: [], odd: [expect.any(String)] });
});

test("a key that is not known is named", () => {
  expect(misfits(POLICY_SCHEMA, { profil: "spin" })[0]?.hint).toBe("did you mean profile?");
  expect(misfits(POLICY_SCHEMA, { severities: { "SVC-01": "fatal" } })).toHaveLength(1);
});
