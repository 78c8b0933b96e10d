// The stack that examples change, with facts under which it keeps every rule of the profile `spin`; and how an example becomes
// what is judged. Used by tests and by whoever wants to try a rule.

import { parseDockerfile } from "../recipe/dockerfile/parse.ts";
import type { ServiceSpec, StackSpec } from "../recipe/stack/types.ts";
import type { PolicyConfig } from "./config.ts";
import type { Example } from "./example.ts";
import { APP_FOLDER, path, route } from "./example-parts.ts";
import type { ImageFacts, PersonFacts, StackFacts } from "./facts.ts";
import { SPIN } from "./profiles/spin.ts";

const IMAGE = "registry.spin.nersc.gov/csg/rover-web:v1.4.2";
const NOW = 1_800_000_000;

/** The example's service. */
export const EXAMPLE_SERVICE: ServiceSpec = {
  name: "web",
  image: IMAGE,
  pull: "missing",
  environment: {},
  labels: {},
  annotations: {},
  user: "1000:1000",
  groups: [],
  tty: false,
  stdin: false,
  init: false,
  readOnly: false,
  kind: "service",
  replicas: 1,
  restart: { when: "unless-stopped" },
  stopGraceMs: 10_000,
  dependsOn: [],
  ports: [],
  expose: [],
  mounts: [],
  secrets: [],
  configs: [],
  networks: [],
  extraHosts: [],
  dns: [],
  dnsSearch: [],
  dnsOptions: [],
  health: { test: ["CMD", "true"], intervalMs: 30_000, timeoutMs: 5000, startPeriodMs: 0, retries: 3 },
  limits: { ulimits: {}, sysctls: {} },
  security: {
    privileged: false,
    capAdd: [],
    capDrop: ["ALL"],
    securityOpt: [],
    devices: [],
    gpus: [],
    deviceCgroupRules: [],
  },
  update: { batch: 1, intervalMs: 0, startFirst: true, monitorMs: 0, onFailure: "rollback", confirm: false },
  routes: [route()],
  retainAddress: false,
  authenticated: false,
  writeAudit: false,
};

/** The example's stack. */
export const EXAMPLE_STACK: StackSpec = {
  name: "rover",
  tags: { owner: "fred", "staff-owner": "wilma", group: "csg", "staff-group": "isg", fqdn: "rover.example.org" },
  source: "https://git.example.org/csg/rover",
  services: [EXAMPLE_SERVICE],
  networks: [],
  volumes: [],
  secrets: [],
  configs: [],
};

const FRED: PersonFacts = {
  name: "fred",
  uid: 1000,
  groups: [
    { name: "fred", gid: 1000 },
    { name: "csg", gid: 125 },
    { name: "genome", gid: 124 },
    { name: "c_flintstones", gid: 501 },
  ],
  staff: false,
};

const PEOPLE = new Map<string, PersonFacts | null>([
  ["fred", FRED],
  ["wilma", { name: "wilma", uid: 2000, groups: [{ name: "isg", gid: 900 }], staff: true }],
  ["c_flintstones", { name: "c_flintstones", uid: 501, groups: [{ name: "genome", gid: 124 }], staff: false }],
  ["c_rubbles", { name: "c_rubbles", uid: 502, groups: [{ name: "genome", gid: 124 }], staff: false }],
  ["nobody-here", null],
  ["betty0", null],
]);

const EXAMPLE_IMAGE: ImageFacts = {
  digest: "sha256:aa",
  bytes: 300e6,
  createdAt: NOW - 86_400,
  user: "1000",
  exposed: ["8080/tcp"],
  healthCheck: false,
  entrypoint: [],
  command: ["httpd"],
  env: ["PATH=/bin"],
  users: [{ name: "app", uid: 1000, gid: 1000 }],
  groups: [{ name: "genome", gid: 124 }],
};

/** What is known in the example's world: everything. */
export const EXAMPLE_FACTS: StackFacts = {
  now: NOW,
  actor: FRED,
  people: PEOPLE,
  groups: new Map([
    ["csg", { name: "csg", gid: 125 }],
    ["isg", { name: "isg", gid: 900 }],
    ["bio", { name: "bio", gid: 126, members: ["elvis"] }],
    ["nogroup", null],
  ]),
  stacks: new Map([
    ["rover", { tags: EXAMPLE_STACK.tags, services: ["web", "db", "db-main"] }],
    ["rovr", null],
    ["new", null],
  ]),
  secrets: new Map([["web.rover.mysql_password", { description: "owner:fred" }]]),
  images: new Map([[IMAGE, EXAMPLE_IMAGE]]),
  running: new Map(),
  ...path(APP_FOLDER),
  freePorts: new Map(),
  hosts: new Map(),
  dns: new Map([["rover.example.org", ["lb.reverse-proxy.prod-cattle.stable.spin.nersc.org"]]]),
  ownVolumes: new Map(),
  volumes: new Map(),
  networks: new Map(),
  composeVersion: "3.8",
};

/** An example as what is judged: the whole stack, its facts and its policy. */
export function realizeExample(example: Example): {
  readonly spec: StackSpec;
  readonly facts: StackFacts;
  readonly policy: PolicyConfig;
} {
  const service: ServiceSpec = {
    ...EXAMPLE_SERVICE,
    ...example.service,
    security: { ...EXAMPLE_SERVICE.security, ...example.security },
    limits: { ...EXAMPLE_SERVICE.limits, ...example.limits },
  };
  const images = new Map([[service.image, imageOf(example)]]);
  return {
    spec: { ...EXAMPLE_STACK, services: [service], ...example.stack },
    facts: { ...EXAMPLE_FACTS, images, ...example.facts },
    policy: { ...SPIN, ...example.policy },
  };
}

function imageOf({ image, dockerfile }: Example): ImageFacts | null {
  if (image === null) return null;
  if (dockerfile === undefined) return image ?? EXAMPLE_IMAGE;
  return { dockerfile: parseDockerfile({ name: "Dockerfile", text: dockerfile }) };
}
