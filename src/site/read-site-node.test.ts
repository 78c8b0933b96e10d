import fc from "fast-check";
import { expect, test } from "vitest";
import { BerthError } from "../base/errors.ts";
import { findings } from "./findings.ts";
import type { NodeSettings } from "./node-config.ts";
import { readSiteNode } from "./read-site-node.ts";
import { resolveNode } from "./resolve-node.ts";

const SOURCE = { path: "site.yaml", text: "", lenient: false };

async function read(text: string, lenient = false): Promise<NodeSettings> {
  const found = await readSiteNode({ path: "site.yaml", text, lenient });
  if (!found) throw new Error("no section node");
  return { ...found, config: resolveNode(found.node, "site.yaml", findings()) };
}

async function refusal(text: string): Promise<string> {
  const error: unknown = await read(text).catch((reason: unknown) => reason);
  if (error instanceof BerthError && error.exit === 1) return error.message;
  throw error;
}

test("a section node says more than udiRoot.conf can", async () => {
  const { config, warnings } = await read(`
node:
  system: cluster1
  gateways: [http://gateway:5000]
  gatewayTimeout: 1m
  imageDir: /images
  nodeDir: /run/site/node
  extraAccounts: [root]
  maxGroups: 31
  siteFs: [/home, "/global/a b:/project:ro"]
  userSources: [/scratch, /data/]
  environment:
    set: ["SITE=a b"]
    unset: [LOADEDMODULES]
  hooks: { preMount: /etc/berth/pre.sh }
  modules:
    my_mpi:
      conflicts: [gpu]
      copyPath: /usr/lib/berth/mpi
    gpu:
      devices: ["nvidia.com/gpu=all", "?amd.com/gpu=all"]
  defaultModules: [gpu]
  cache: { path: /local, limit: 1T }
  sshd: { port: 2222 }
  record: syslog
`);
  expect(warnings).toEqual([]);
  expect(config).toMatchObject({
    ...{
      path: "site.yaml",
      system: "cluster1",
      gatewayTimeoutMs: 60_000,
      nodeDir: "/run/site/node",
      maxGroupCount: 31,
    },
    accounts: { kind: "dynamic", accounts: ["root"] },
    siteFs: [{ to: "/home" }, { from: "/global/a b", to: "/project", readonly: true }],
    userSources: ["/scratch", "/data"],
    environment: { set: [["SITE", "a b"]], unset: ["LOADEDMODULES"] },
    ...{ preMountHook: "/etc/berth/pre.sh", defaultModules: ["gpu"], record: "syslog" },
    ...{ cache: { path: "/local", limit: 1024 ** 4, fsTypes: ["xfs"] }, sshd: { port: 2222 } },
  });
  expect(config.modules.get("my_mpi")?.conflicts).toEqual(["gpu"]);
  expect(config.modules.get("gpu")).toMatchObject({
    conflicts: ["my_mpi"],
    devices: expect.arrayContaining(["?amd.com/gpu=all"]),
  });
});

test("what the other sections say counts for nodes too", async () => {
  const { config } = await read(`
gateway:
  systems: { c1: { imageDir: /images/c1 }, c2: { imageDir: /images/c2 } }
  registries: { docker.io: {} }
client: { system: c2, gateways: [http://gateway:5000], timeout: 9s }
node: { maxGroups: 1 }
`);
  expect(config).toMatchObject({
    system: "c2",
    imagePath: "/images/c2",
    gateways: ["http://gateway:5000"],
    gatewayTimeoutMs: 9000,
  });
});

test("a file without the section is for others", async () => {
  expect(await readSiteNode({ ...SOURCE, text: "client: {}\n" })).toBeUndefined();
  expect(await readSiteNode(SOURCE)).toBeUndefined();
});

test.each([
  ["node: { imagedir: /i }", "site.yaml:1: node.imagedir is not known; did you mean imageDir?"],
  ["node: {}", "site.yaml:1: node.imageDir is missing"],
  [
    "node:\n  imageDir: /i\n  siteFs: /home",
    'site.yaml:3: node.siteFs must be a list, but is the text "/home"; write ["/home"]',
  ],
  [
    "node:\n  imageDir: /i\n  siteFs:\n    - /home\n    - /x:/etc",
    "site.yaml:5: node.siteFs[1] is of no use: Invalid Volume Map",
  ],
  ["node:\n  imageDir: i", "site.yaml:2: node.imageDir is no absolute path"],
  ["node:\n  imageDir: /i\n  sshd: { program: /no/sshd }", "site.yaml:3: node.sshd.program cannot be executed"],
  ["node:\n  imageDir: /i\n  modules: { 'a,b': {} }", "a,b is no name of a module"],
  ["node:\n  imageDir: /i\n  environment: { set: [A] }", "site.yaml:3: node.environment.set[0] is no variable: A"],
  ["node: [", "site.yaml:1: "],
])("%j is refused with its line", async (text, words) => {
  expect(await refusal(text)).toContain(words);
});

test("leniently, unknown keys are warnings", async () => {
  const { warnings } = await read("node: { imageDir: /i, colour: red }\n", true);
  expect(warnings).toEqual([expect.stringContaining("site.yaml:1: node.colour is not known")]);
});

test("extra accounts beside etcDir are told to have no effect", async () => {
  const { warnings } = await read("node: { imageDir: /i, etcDir: /e, extraAccounts: [a] }\n");
  expect(warnings[0]).toContain("node.extraAccounts has no effect");
});

test("values know their lines", async () => {
  const { settings } = await read("node:\n  imageDir: /i\n  modules:\n    m:\n      enabled: false\n");
  const line = (name: string) => settings.find(({ key }) => key === name)?.line;
  expect(line("node.imageDir")).toBe(2);
  expect(line("node.modules.m.enabled")).toBe(5);
  expect(line("node.maxGroups")).toBeUndefined();
});

test("whatever a section node says, it is read or refused with reasons", async () => {
  const keys = [
    "system",
    "gateways",
    "imageDir",
    "siteFs",
    "modules",
    "environment",
    "cache",
    "defaultModules",
    "hooks",
    "x",
  ];
  const inner = ["m", "set", "conflicts", "path", "limit", "enabled", "copyPath", "preMount"];
  const leaf = fc.oneof(fc.string(), fc.constantFrom("/a", "/a:/b:ro", "A=1", "1G", "m"), fc.boolean(), fc.integer());
  const part = fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), fc.dictionary(fc.constantFrom(...inner), leaf));
  const value = fc.oneof(part, fc.dictionary(fc.constantFrom(...inner), part));
  const section = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 4 });
  await fc.assert(
    fc.asyncProperty(section, async (node) => {
      const text = JSON.stringify({ node: { imageDir: "/i", ...node } });
      try {
        expect((await read(text)).config.imagePath).toMatch(/^\//);
      } catch (error) {
        if (!(error instanceof BerthError)) throw error;
        expect(error.exit).toBe(1);
      }
    }),
    { seed: 5, numRuns: 300 },
  );
});
