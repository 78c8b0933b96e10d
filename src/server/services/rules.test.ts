// Every rule that a recipe can break, through the whole way of a proposal: text, reader, facts, judgement. Rules about
// Dockerfiles, the store of secrets, operations and output are not of a recipe; `src/policy/rules.test.ts` has their examples.

import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Person } from "../../accounts/types.ts";
import type { PolicyConfig } from "../../policy/config.ts";
import { judgeStack } from "../../policy/judgements.ts";
import { SPIN } from "../../policy/profiles/spin.ts";
import { withRealPaths } from "../../policy/real-paths.ts";
import type { EngineContainer, EngineImage } from "../../services/engine/types.ts";
import { readRecipe } from "../../services/stacks/read-recipe.ts";
import { ModelDriver, openModelStacks, wish } from "../../services/stacks/testing.ts";
import type { Proposal } from "../../services/types.ts";
import { LABELS } from "../../services/types.ts";
import { openStore } from "../../store/open-store.ts";
import type { FactSources } from "./fact-sources.ts";
import { stackFacts } from "./stack-facts.ts";

const NOW = 1_800_000_000;
const ROOT = realpathSync(mkdtempSync(join(tmpdir(), "berth-rules-")));
const APP = join(ROOT, "rover", "web");
const CLOSED = join(ROOT, "closed", "web");
mkdirSync(APP, { recursive: true });
mkdirSync(CLOSED, { recursive: true });
chmodSync(join(ROOT, "closed"), 0o740);
for (const folder of [ROOT, join(ROOT, "rover")]) chmodSync(folder, 0o755);
symlinkSync("/etc", join(ROOT, "rover", "link"));
afterAll(() => rmSync(ROOT, { recursive: true }));

const POLICY: PolicyConfig = {
  ...SPIN,
  mounts: [{ path: ROOT, name: "gpfs", external: true, rootSquash: true, minDepth: 2, readOnly: false }],
  names: { ...SPIN.names, proxy: [], hosts: ["*.example.org"] },
  composeVersions: ["2"],
};

const PEOPLE: readonly Person[] = [
  { user: "fred", uid: 1000, gid: 1000, name: "", groups: ["fred", "csg", "genome"], home: "", shell: "" },
  { user: "wilma", uid: 2000, gid: 900, name: "", groups: ["isg"], home: "", shell: "" },
  { user: "c_flint", uid: 501, gid: 124, name: "", groups: ["genome"], home: "", shell: "" },
] as unknown as readonly Person[];
const GROUPS = new Map(Object.entries({ fred: 1000, csg: 125, genome: 124, isg: 900 }));

const IMAGE: EngineImage = {
  ...{ id: "sha256:i", tags: [], digests: [], bytes: 3e8, createdAt: NOW - 86_400, labels: {}, exposed: ["8080/tcp"] },
  ...{ user: "1000", entrypoint: [], command: ["httpd"], env: [], hasHealthCheck: true, os: "linux", architecture: "" },
};

interface World {
  readonly image?: Partial<EngineImage>;
  readonly volumes?: Awaited<ReturnType<FactSources["engine"]["volumes"]>>;
  readonly containers?: readonly EngineContainer[];
  readonly by?: string;
}

function sourcesOf({ image, volumes = [], containers = [] }: World): FactSources {
  const find = (test: (person: Person) => boolean) => PEOPLE.find(test);
  return {
    directory: {
      person: async (name: string) => find(({ user }) => user === name),
      personNumbered: async (uid: number) => find((one) => one.uid === uid),
      groupNumber: async (name: string) => GROUPS.get(name),
    } as unknown as FactSources["directory"],
    accounts: {
      ...{ admins: [], operators: [], viewers: ["fred"], users: undefined, staff: ["wilma"] },
      collaboration: new Map([["c_flint", ["fred"]]]),
    } as unknown as FactSources["accounts"],
    policy: POLICY,
    engine: { image: async () => ({ ...IMAGE, ...image }), volumes: async () => volumes, networks: async () => [] },
    containers: () => containers,
    routes: () => [
      { id: "taken/web/0", protocol: "http", host: "taken.example.org", listen: undefined },
      { id: "rover/web/1", protocol: "tcp", host: "", listen: 60_048 },
      { id: "taken/web/1", protocol: "tcp", host: "", listen: 60_047 },
    ],
    ports: { held: async () => [{ port: 60_050, protocol: "tcp", stack: "mars" }] } as unknown as FactSources["ports"],
    secrets: {
      find: async (names: readonly string[]) =>
        names
          .filter((name) => !name.startsWith("mars."))
          .map((name) => ({ name, description: "", owner: { user: "fred" } })),
    } as unknown as FactSources["secrets"],
    stack: async (name) =>
      name === "taken"
        ? { tags: { owner: "elvis" }, services: [] }
        : name === "broken"
          ? Promise.reject(new Error("no"))
          : undefined,
    now: () => NOW,
  };
}

const HEAD = "version: '2'\nx-berth: {source: 'https://git.example.org/rover', tags: {fqdn: web.example.org}}\n";
const TAGS = { owner: "fred", group: "csg", "staff-owner": "wilma", "staff-group": "isg" };
let stores = 0;

async function propose(text: string, world: World = {}, said: { name?: string; tags?: Record<string, string> } = {}) {
  stores += 1;
  const store = await openStore(`sqlite:${join(ROOT, `${stores}.db`)}`, { now: () => NOW });
  const driver = new ModelDriver();
  const sources = sourcesOf(world);
  const stacks = openModelStacks(store, driver, {
    judge: async (judgement) => {
      const facts = await stackFacts(sources, judgement);
      return {
        findings: judgeStack(judgement.spec, facts, POLICY, judgement.places),
        spec: withRealPaths(judgement.spec, facts),
      };
    },
  });
  const asked = { ...wish(said.name ?? "rover", text), tags: said.tags ?? TAGS };
  const proposal = await stacks.propose(asked, { uid: 1000, user: world.by ?? "fred" });
  await stacks.close();
  await store.close();
  return proposal;
}

const GOOD_IMAGE = "registry.spin.nersc.gov/csg/web:v1";

/** A recipe of one service with lines of its own; `rest` stands at the top. */
function recipe(
  lines: string,
  { service = "web", image = GOOD_IMAGE, rest = "", head = HEAD, user = "1000:1000" } = {},
) {
  const own =
    lines === ""
      ? ""
      : `\n${lines
          .split("\n")
          .map((line) => `    ${line}`)
          .join("\n")}`;
  const as = lines.includes("user:") || user === "" ? "" : `\n    user: "${user}"`;
  const drop = lines.includes("cap_drop:") ? "" : "\n    cap_drop: [ALL]";
  return `${head}services:\n  ${service}:\n    image: ${image}\n    restart: always${as}${drop}${own}\n${rest}`;
}

const mount = (path: string, mode = ":ro") => `volumes: ['${path}:/srv${mode}']`;
const route = (more = "") => `x-berth: {routes: [{host: web.example.org, port: 8080, auth: user${more}}]}`;
const tcp = (listen: number) => `x-berth: {routes: [{protocol: tcp, listen: ${listen}, port: 8080}]}`;
const DATA = (more: string) => `volumes: {data: ${more}}\n`;

type Case = readonly [rule: string, good: string, bad: string, said?: { readonly good?: World; readonly bad?: World }];

const CASES: readonly Case[] = [
  ["IMG-01", recipe(""), recipe("", { image: "quay.io/x/y:1" })],
  ["IMG-02", recipe("", { image: "httpd:2.4" }), recipe("", { image: "bob/httpd:2.4" })],
  ["IMG-03", recipe(""), recipe("", { image: "httpd" })],
  ["IMG-04", recipe("pull_policy: always", { image: "httpd" }), recipe("", { image: "httpd" })],
  ["IMG-06", recipe(""), recipe(""), { bad: { image: { bytes: 7e9 } } }],
  ["IMG-07", recipe(""), recipe(""), { bad: { image: { createdAt: NOW - 1100 * 86_400 } } }],
  ["IMG-08", recipe(""), recipe("", { image: "registry.spin.nersc.gov/bio/app:v1" })],
  ["SVC-01", recipe("", { service: "db-mysql" }), recipe("", { service: "mysql" })],
  ["SVC-02", recipe("", { service: "app-images" }), recipe("", { service: "web-web" })],
  ["SVC-03", recipe(""), recipe("user: root")],
  ["SVC-04", recipe(""), recipe("tty: true")],
  ["SVC-05", recipe("command: [httpd]"), recipe("command: [app, --log=/var/log/app.log]")],
  ["SVC-06", recipe(""), recipe("retain_ip: true")],
  ["SVC-07", recipe("scale: 2"), recipe("scale: 2"), { bad: { image: { hasHealthCheck: false } } }],
  ["SVC-08", recipe(""), recipe("privileged: true")],
  ["SVC-08", recipe(mount(APP)), recipe(mount("/var/run/docker.sock"))],
  ["SVC-09", recipe("security_opt: ['no-new-privileges:true']"), recipe("security_opt: ['seccomp:unconfined']")],
  ["STK-05", recipe(route()), recipe(route(), { head: "version: '2'\n" })],
  ["STK-06", recipe(mount(APP), { head: "x-berth: {tags: {requires: gpfs}}\n" }), recipe(mount(APP))],
  ["STK-08", recipe(""), recipe("", { head: "version: '3.8'\n" })],
  ["STK-08", recipe("", { head: "" }), recipe("", { head: "version: '3'\n" })],
  ["SEC-04", recipe("secrets: [{source: s, target: x}]", SECRET("rover.x")), recipe("secrets: [s]", SECRET("rover.x"))],
  [
    "SEC-05",
    recipe("secrets: [{source: s, uid: '1000'}]", SECRET("rover.s")),
    recipe("secrets: [{source: s, uid: '0'}]", SECRET("rover.s")),
  ],
  [
    "SEC-06",
    recipe("secrets: [{source: s, mode: 0400}]", SECRET("rover.s")),
    recipe("secrets: [{source: s, mode: 0444}]", SECRET("rover.s")),
  ],
  ["SEC-07", recipe("environment: {DB_PASSWORD_FILE: /run/secrets/x}"), recipe("environment: {DB_PASSWORD: abc}")],
  ["SEC-09", recipe("secrets: [s]", SECRET("rover.s")), recipe("secrets: [s]", SECRET("mars.s"))],
  ["VOL-01", recipe(mount(APP)), recipe(mount("/etc"))],
  ["VOL-01", recipe(mount(APP)), recipe(mount(join(ROOT, "rover", "link")))],
  ["VOL-02", recipe(mount(APP)), recipe(mount(ROOT))],
  ["VOL-03", recipe(mount(APP)), recipe(mount(join(ROOT, "rover", "none")))],
  ["VOL-04", recipe(mount(APP)), recipe(mount(CLOSED))],
  ["VOL-05", recipe(mount(APP)), recipe(mount(APP, ""))],
  [
    "VOL-06",
    recipe(`${mount(APP)}\n${route().replace("user}", "none}")}`),
    recipe(`${mount(APP, "")}\n${route().replace("user}", "none}")}`),
  ],
  ["VOL-07", recipe(`${mount(APP, "")}\nx-berth: {authenticated: true, write-audit: true}`), recipe(mount(APP, ""))],
  ["VOL-08", recipe(`user: '501:124'\n${mount(APP)}`), recipe(`user: root\n${mount(APP)}`)],
  ["VOL-09", recipe(`user: '501:124'\n${mount(APP)}`), recipe(mount(APP))],
  ["VOL-10", recipe(mount(APP)), recipe(`user: '2000:1000'\n${mount(APP)}`)],
  [
    "VOL-10",
    recipe("volumes: ['data:/d']", { rest: DATA("") }),
    recipe("user: '2000:1000'\nvolumes: ['data:/d']", { rest: DATA("") }),
    { bad: { volumes: [bound("rover")] } },
  ],
  [
    "VOL-11",
    recipe("volumes: ['data:/d']", { service: "db", rest: DATA("{x-berth: {class: nfs}}") }),
    recipe("volumes: ['data:/d']", { service: "db", rest: DATA("") }),
  ],
  [
    "VOL-13",
    recipe("volumes: ['data:/d']", { rest: DATA("") }),
    recipe("volumes: ['data:/d']", { rest: DATA("{x-berth: {class: nfs}}") }),
  ],
  ["CAP-01", recipe(""), recipe("cap_drop: [MKNOD]")],
  ["CAP-02", recipe("cap_add: [CHOWN, SETUID]"), recipe("cap_add: [SYS_ADMIN]")],
  ["CAP-03", recipe(`cap_add: [NET_BIND_SERVICE]\n${mount(APP)}`), recipe(`cap_add: [SETUID]\n${mount(APP)}`)],
  [
    "CAP-04",
    recipe("ports: ['8080:80']\ncap_add: [NET_BIND_SERVICE]"),
    recipe("ports: ['60007:8080']\ncap_add: [NET_BIND_SERVICE]"),
  ],
  ["PRT-01", recipe(route()), recipe("ports: ['80:80']")],
  ["PRT-02", recipe("ports: ['60007:5432']"), recipe("ports: ['12345:80']")],
  ["PRT-03", recipe("ports: ['8080:80']"), recipe("ports: ['25:25']")],
  ["PRT-04", recipe("ports: ['8080:8080']"), recipe("ports: ['8080:80']")],
  [
    "PRT-05",
    recipe("ports: ['5432:5432']", { image: "postgres:16" }),
    recipe("ports: ['60001:5432']", { image: "postgres:16" }),
  ],
  ["PRT-06", recipe("ports: ['60049:80']"), recipe("ports: ['60050:80']")],
  ["PRT-07", recipe("ports: ['50007:5432']", { service: "db" }), recipe("ports: ['8080:5432']", { service: "db" })],
  ["PRX-01", recipe(route()), recipe(route(", tls: none"))],
  ["PRX-03", recipe(route()), recipe(route().replace("web.example.org", "login.other.org"))],
  ["PRX-03", recipe(route()), recipe(route().replace("web.example.org", "taken.example.org"))],
  ["PRT-06", recipe(tcp(60_048)), recipe(tcp(60_047))],
  ["DNS-01", recipe(""), recipe("ports: ['60007:80']")],
  ["SCM-01", recipe(""), recipe("", { head: "" })],
  ["NET-01", recipe(""), recipe("networks: [n]", { rest: "networks: {n: {external: true, name: mars_default}}\n" })],
  [
    "NET-02",
    recipe(""),
    recipe("networks: [n]", { rest: "networks: {n: {ipam: {config: [{subnet: 10.0.0.0/8}]}}}\n" }),
  ],
  [
    "STO-01",
    recipe("volumes: ['data:/d']", { rest: DATA("") }),
    recipe("volumes: ['data:/d']", { rest: DATA("") }),
    { bad: { volumes: [bound("rover", "elvis")] } },
  ],
  [
    "STO-02",
    recipe("volumes: ['data:/d']", { rest: DATA("") }),
    recipe("volumes: ['data:/d']", { rest: DATA("{driver_opts: {type: ext4, device: /dev/sda1}}") }),
  ],
  ["LBL-01", recipe("labels: {a.b: c}"), recipe("labels: {berth.stack: mars}")],
];

function SECRET(store: string) {
  return { rest: `secrets: {s: {external: true, name: ${store}}}\n` };
}

function bound(stack: string, owner = "fred") {
  const labels = { [LABELS.stack]: stack, "berth.owner": owner };
  return {
    name: `${stack}_data`,
    driver: "local",
    mountpoint: "",
    labels,
    options: { type: "none", o: "bind", device: APP },
  };
}

function found({ findings, notes }: Proposal, rule: string) {
  expect(notes.filter(({ severity }) => severity === "error")).toEqual([]);
  return findings.filter((finding) => finding.rule === rule && finding.certainty !== "unknown");
}

describe("a proposal", () => {
  test.each(CASES.map((one, index) => [`${one[0]} (${index})`, one] as const))(
    "is judged by %s",
    async (_, [rule, good, bad, said]) => {
      expect(found(await propose(good, said?.good), rule)).toEqual([]);
      expect(found(await propose(bad, said?.bad), rule).length).toBeGreaterThan(0);
    },
  );

  test.each<[string, Record<string, string>]>([
    ["STK-01", { ...TAGS, owner: "nobody-here" }],
    ["STK-02", { ...TAGS, "staff-owner": "fred" }],
    ["STK-03", { owner: "fred", "staff-owner": "wilma", "staff-group": "isg" }],
    ["STK-04", { owner: "fred", group: "csg", "staff-owner": "wilma" }],
  ])("is judged by %s", async (rule, tags) => {
    expect(found(await propose(recipe("")), rule)).toEqual([]);
    expect(found(await propose(recipe(""), {}, { tags }), rule)).toHaveLength(1);
  });

  test("is of a stack with a name for DNS (STK-07), and of one's own (OWN-01)", async () => {
    expect(found(await propose(recipe("")), "STK-07")).toEqual([]);
    expect(found(await propose(recipe(""), {}, { name: "my_portal" }), "STK-07")).toHaveLength(1);
    expect(found(await propose(recipe("")), "OWN-01")).toEqual([]);
    expect(found(await propose(recipe(""), {}, { name: "taken" }), "OWN-01")).toHaveLength(1);
    expect(found(await propose(recipe(""), { by: "c_flint" }), "OWN-01")).toHaveLength(1);
  });

  test("is not taken for that of a new stack when nobody can say whose it is", async () => {
    const { findings, allowed } = await propose(recipe(""), {}, { name: "broken" });
    expect(findings).toContainEqual(
      expect.objectContaining({ rule: "OWN-01", severity: "error", certainty: "unknown" }),
    );
    expect(allowed).toBe(false);
  });

  test("of the good recipe is allowed", async () => {
    expect((await propose(recipe(""))).allowed).toBe(true);
  });
});

test("services with one image's name are judged by the build that each gets", async () => {
  const sources = sourcesOf({});
  const builds: Readonly<Record<string, Partial<EngineImage>>> = { old: { user: "1000" }, new: { user: "2000" } };
  const engine = { ...sources.engine, image: async (name: string) => ({ ...IMAGE, ...builds[name] }) };
  const { spec, places } = readRecipe(
    wish(
      "rover",
      `services: {worker: {image: "${GOOD_IMAGE}"}, web: {image: "${GOOD_IMAGE}"}, db: {image: "postgres:16"}}`,
    ),
  );
  const build = (local: string, reference = GOOD_IMAGE) => ({ reference, digest: `sha256:${local}`, local });
  // That of `db` is of another name than the recipe has now.
  const images = new Map([
    ["worker", build("old")],
    ["web", build("new")],
    ["db", build("old", "postgres:15")],
  ]);
  const asked = { spec, places, by: { uid: 1000, user: "fred" }, images, before: undefined };
  const { serviceImages, actor } = await stackFacts({ ...sources, engine }, asked);
  expect([...(serviceImages ?? [])].map(([name, image]) => [name, image?.user])).toEqual([
    ["worker", "1000"],
    ["web", "2000"],
  ]);
  // He is on the list of viewers, too.
  expect(actor?.role).toBe("user");
});
