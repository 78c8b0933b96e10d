// Both files of a site's configuration: what is read, and how mistakes are told.

import { describe, expect, test } from "vitest";
import { BerthError } from "../base/errors.ts";
import { configOf } from "./testing.ts";

const SITE = `
server:
  listen: "[::1]:8000"
  database: postgres://berth@db.example.org/berth
  databasePasswordFile: db-password
gateway:
  systems:
    alps:
      imageDir: /images/alps
      admins: [root]
      platform: arm64
    daint:
      imageDir: /images/daint
      remote: {host: dtn1, user: shifter, key: id_ed25519, sshOptions: [-o, ConnectTimeout=5]}
      format: ext4
      converterOptions: {ext4: [-m, "0"]}
  defaultSystem: alps
  registries:
    docker.io: {}
    site: {url: "http://registry:5000/", ca: ca.pem, auth: basic}
  pullUpdate: 2m
  expiration: 30d
  imports: [alice]
  workers: {jobs: 3, memory: 512M}
  quota: {bytes: 1T}
`;

const SHIFTER = {
  DefaultImageLocation: "registry-1.docker.io",
  DefaultImageFormat: "squashfs",
  CacheDirectory: "/images/cache/",
  ExpandDirectory: "/images/expand/",
  Locations: { "registry-1.docker.io": { remotetype: "dockerv2", authentication: "http" } },
  Platforms: {
    mycluster: {
      mungeSocketPath: "/var/run/munge/munge.socket.2",
      accesstype: "local",
      admins: ["root"],
      local: { imageDir: "/images" },
    },
  },
};

const shifter = (change: Readonly<Record<string, unknown>> = {}) => JSON.stringify({ ...SHIFTER, ...change }, null, 2);

async function mistakes(text: string): Promise<string> {
  const error: unknown = await configOf(text, {}, "f").catch((thrown: unknown) => thrown);
  if (!(error instanceof BerthError)) throw new Error("the text was accepted");
  return `${error.code} ${error.message}`;
}

describe("site.yaml", () => {
  test("gives a whole configuration, with defaults for what it does not say", async () => {
    const { server, gateway, warnings, form } = await configOf(SITE);
    expect(form).toBe("site");
    expect(warnings).toEqual([]);
    expect(server).toEqual({
      listen: { kind: "tcp", host: "::1", port: 8000 },
      database: { kind: "postgres", url: "postgres://berth@db.example.org/berth", passwordFile: "/site/db-password" },
      trustedProxies: [],
      logLevel: "info",
      stateDir: "/state",
      stopMs: 30_000,
    });
    expect(gateway.systems.get("alps")).toEqual({
      name: "alps",
      mungeSocket: "/run/munge/munge.socket.2",
      admins: ["root"],
      operators: [],
      format: "squashfs",
      converterOptions: {},
      platform: "linux/arm64",
      transfer: { kind: "local", imageDir: "/images/alps" },
    });
    expect(gateway.systems.get("daint")).toMatchObject({
      format: "ext4",
      converterOptions: { ext4: ["-m", "0"] },
      transfer: {
        kind: "remote",
        imageDir: "/images/daint",
        host: "dtn1",
        user: "shifter",
        key: "/site/id_ed25519",
        sshOptions: ["-o", "ConnectTimeout=5"],
        scpOptions: [],
      },
    });
    expect(gateway.locations.get("site")).toEqual({
      name: "site",
      url: "http://registry:5000",
      caFile: "/site/ca.pem",
      authMethod: "basic",
    });
    expect(gateway).toMatchObject({
      defaultLocation: "docker.io",
      cacheDir: "/state/cache",
      pullUpdateMs: 120_000,
      heartbeatMs: 3_600_000,
      expirationMs: 30 * 86_400_000,
      keepRecordsMs: 90 * 86_400_000,
      anonymous: false,
      imports: ["alice"],
      privateDefault: "owner",
      workers: { jobs: 3, jobsPerUser: 2, memoryBytes: 512 * 1024 ** 2, attempts: 3 },
      quota: { bytes: 1024 ** 4, images: undefined },
      keyFile: "/state/gateway.key",
    });
  });

  test("may be overruled in listening and database by the environment", async () => {
    const { server } = await configOf(SITE, { BERTH_LISTEN: "unix:/run/b.sock", BERTH_DATABASE: "/x/berth.db" });
    expect(server.listen).toEqual({ kind: "unix", path: "/run/b.sock" });
    expect(server.database).toEqual({ kind: "sqlite", path: "/x/berth.db" });
  });

  test("names every mistake of a file with place and cure", async () => {
    const text = "gateway:\n  systems:\n    a: {imageDir: /i, admins: root}\n  pullUpdat: 3m\n  expiration: soon\n";
    const told = await mistakes(text);
    expect(told).toContain('f:3:31: gateway.systems.a.admins must be a list, but is the text "root"; write ["root"]');
    expect(told).toContain("f:4:3: gateway.pullUpdat is not known; did you mean pullUpdate?");
    expect(told).toContain("f:5:15: gateway.expiration must be a number or a time such as 300s");
    expect(told).toContain("> 4 |   pullUpdat: 3m");
  });

  test.each([
    ["gateway:\n  systems: {}\n", "gateway.systems must be a mapping of at least 1 name, but is an empty mapping"],
    ["gateway:\n  systems: {a: {}}\n", "gateway.systems.a.imageDir is missing"],
    ["gateway: {systems: {a: {imageDir: /i}}, defaultSystem: b}", "names b, which is not among systems; known: a"],
    ["gateway: {systems: {a: {imageDir: /i}}, defaultRegistry: b}", "names b, which is not among registries"],
    ["gateway: {systems: {a: {imageDir: /i, platform: a//b}}}", "gateway.systems.a.platform is no platform"],
    ["gateway: {systems: {a: {imageDir: i, remote: {host: h}}}}", "imageDir must begin with / on another machine"],
    ["gateway: {systems: {a: {imageDir: /i, remote: {host: -oX}}}}", "gateway.systems.a.remote.host is no name"],
    ["gateway: {systems: {a/b: {imageDir: /i}}}", "is no name that can stand in an address"],
    ["gateway: {systems: {a: {imageDir: /i}}, registries: {x: {url: 'https://u:p@x'}}}", "is no address of a registry"],
    ["server: {listen: here}\ngateway: {systems: {a: {imageDir: /i}}}", "server.listen is no address"],
    ["server: {database: 'mysql://x'}\ngateway: {systems: {a: {imageDir: /i}}}", "server.database is neither"],
    ["gateway: {systems: {a: {imageDir: /i}}, workers: {jobs: '4'}}", "write 4 without quotes"],
    ["gateway: {systems: {a: {imageDir: /i}}, anonymous: 'true'}", "write true without quotes"],
    ["gateway: [", "f:1:11: "],
    ["a: &a [*a]", "E_SITE_CONFIG"],
    ["server: {}\n", "E_SITE_NO_GATEWAY"],
    ["", "E_SITE_NO_GATEWAY"],
  ])("refuses %j", async (text, message) => {
    expect(await mistakes(text)).toContain(message);
  });

  test("may have a registry of the site", async () => {
    const text = `${SITE}registry: {backend: "unix:/run/registry.sock", publicUrl: "https://g.example.org:5000/"}\n`;
    expect((await configOf(text)).registry).toEqual({
      backend: { kind: "unix", path: "/run/registry.sock" },
      publicUrl: "https://g.example.org:5000",
      internalUrl: "https://g.example.org:5000",
      storageDir: "/state/registry/storage",
      service: "g.example.org:5000",
      issuer: "berth",
      host: undefined,
      keyDir: "/state/registry",
      tagRules: [],
    });
    expect((await configOf(SITE)).registry).toBeUndefined();
    expect(await mistakes(`${SITE}registry: {backend: here, publicUrl: "https://x"}`)).toContain(
      "backend is no address",
    );
    expect(await mistakes(`${SITE}registry: {backend: "5001", publicUrl: x}`)).toContain("must be an address such as");
  });

  test.each([
    ["{imageDir: /i}", "{imageDir: /i}"],
    ["{imageDir: /i}", "{imageDir: /x/../i/}"],
    ["{imageDir: /i, remote: {host: h}}", "{imageDir: /i/, remote: {host: h}}"],
  ])("refuses two systems in one folder: %s and %s", async (a, b) => {
    const text = await mistakes(`gateway: {systems: {a: ${a}, b: ${b}}}`);
    expect(text).toContain("gateway.systems.b.imageDir is the folder of a too; give each system its own folder");
  });

  test("takes two systems in folders of the same name on different machines", async () => {
    const { warnings } = await configOf(
      "gateway: {systems: {a: {imageDir: /i}, b: {imageDir: /i, remote: {host: h}}, c: {imageDir: /i/c}}}",
    );
    expect(warnings).toEqual([]);
  });
});

describe("imagemanager.json", () => {
  test("is read unchanged", async () => {
    const { form, gateway, server, warnings } = await configOf(shifter());
    expect(form).toBe("shifter");
    expect(warnings).toEqual([]);
    expect(server.listen).toEqual({ kind: "tcp", host: "0.0.0.0", port: 5000 });
    expect(gateway).toMatchObject({
      defaultLocation: "registry-1.docker.io",
      cacheDir: "/images/cache",
      workDir: "/images/expand",
      anonymous: true,
      imports: "none",
      authentication: "munge",
      lookupsKept: false,
      labels: false,
      aclInMeta: true,
    });
    expect(gateway.systems.get("mycluster")?.mungeSocket).toBe("/var/run/munge/munge.socket.2");
  });

  test.each([
    ["PullUpdateTimeout", { PullUpdateTimeout: 60 }, { pullUpdateMs: 60_000 }],
    ["PullUpdateTime, which kept Shifter from starting", { PullUpdateTime: 61 }, { pullUpdateMs: 61_000 }],
    ["both, the first of which counts", { PullUpdateTimeout: 9, PullUpdateTime: 8 }, { pullUpdateMs: 9000 }],
    ["times as D:H:M:S", { ImageExpirationTimeout: "1:02:03:04" }, { expirationMs: 93_784_000 }],
    ["options as a text", { ConverterOptions: { squashfs: "-a  -b" } }, {}],
    ["an examiner", { examiner: "/x" }, { examiner: "/x" }],
    ["metrics", { Metrics: true }, { lookupsKept: true }],
    ["import for all", { ImportUsers: "all" }, { imports: "all" }],
    ["import for nobody", { ImportUsers: "None" }, { imports: "none" }],
    ["import for nobody by null", { ImportUsers: null }, { imports: "none" }],
    ["import for everybody by an empty list", { ImportUsers: [] }, { imports: "all" }],
    ["import for some", { ImportUsers: ["a"] }, { imports: ["a"] }],
    ["mock", { Authentication: "mock" }, { authentication: "mock" }],
    ["threads", { WorkerThreads: 7 }, { workers: { jobs: 7 } }],
    ["keys that mean nothing", { DefaultOstCount: 1, DefaultLustreReplication: 2, MongoDB: "S" }, {}],
  ])("may have %s", async (_, change, expected) => {
    const { gateway } = await configOf(shifter(change));
    expect(gateway).toMatchObject(expected);
  });

  test("may have converter options as a text or as a list", async () => {
    const text = await configOf(shifter({ ConverterOptions: { squashfs: "-comp  zstd", ext4: [] } }));
    expect(text.gateway.systems.get("mycluster")?.converterOptions).toEqual({ squashfs: ["-comp", "zstd"], ext4: [] });
  });

  test("may have a remote system", async () => {
    const { gateway, warnings } = await configOf(
      shifter({
        Platforms: {
          far: {
            mungeSocketPath: "/m",
            accesstype: "remote",
            host: ["dtn1", "dtn2"],
            ssh: { username: "u", key: "/k", imageDir: "/i", sshCmdOptions: ["-4"], scpCmdOptions: ["-C"] },
            use_external: true,
            policy_file: "/etc/containers/policy.json",
          },
        },
      }),
    );
    expect(gateway.systems.get("far")?.transfer).toEqual({
      kind: "remote",
      imageDir: "/i",
      host: "dtn1",
      user: "u",
      key: "/k",
      sshOptions: ["-4"],
      scpOptions: ["-C"],
    });
    expect(gateway.systems.get("far")?.signaturePolicy).toBe("/etc/containers/policy.json");
    expect(warnings.join("\n")).toMatch(/host names several machines/);
  });

  test("is told labels and lists in .meta by the environment", async () => {
    const { gateway } = await configOf(shifter(), { ENABLE_LABELS: "1", DISABLE_ACL_METADATA: "1" });
    expect(gateway).toMatchObject({ labels: true, aclInMeta: false });
  });

  test("warns of keys that nobody knows, but not of remarks", async () => {
    const { warnings } = await configOf(shifter({ _comment: "x", Metricss: true }));
    expect(warnings).toEqual(["config:25:3: Metricss is not known; did you mean Metrics?"]);
  });

  test.each([
    [{ ImportUsers: "fred" }, 'write ["fred"]'],
    [{ Platforms: { a: { accesstype: "local", admins: "root", local: { imageDir: "/i" } } } }, 'write ["root"]'],
    [{ Platforms: { a: { accesstype: "remote", host: "h", ssh: { imageDir: "/i" } } } }, 'write ["h"]'],
    [{ Platforms: { a: { accesstype: "remote", host: ["h"], ssh: {} } } }, "has no ssh.imageDir"],
    [{ Platforms: { a: { accesstype: "ftp" } } }, 'must be "local" or "remote"'],
    [{ Platforms: { a: { accesstype: "local" } } }, "has no local.imageDir"],
    [{ PullUpdateTimeout: "300" }, "write 300 without quotes"],
    [{ ImageExpirationTimeout: "90" }, 'must be "days:hours:minutes:seconds"'],
    [{ DefaultImageFormat: "cramfs" }, 'write "squashfs"'],
    [{ DefaultImageLocation: "nowhere" }, "which is not among registries; known: registry-1.docker.io"],
    [{ Locations: { a: { remotetype: "s3" } } }, "Locations.a.remotetype is no kind of registry"],
    [{ LogLevel: "loud" }, "LogLevel is no level"],
    [{ Metrics: "true" }, "write true without quotes"],
    [{ Platforms: {} }, "Platforms must be a mapping of at least 1 name"],
  ])("refuses %j", async (change, message) => {
    expect(await mistakes(shifter(change))).toContain(message);
  });

  test.each([
    ['{"a": 1, "a": 2}', "Map keys must be unique"],
    ['{"Platforms": tru}', 'Unresolved plain scalar "tru"'],
    ['{"Platforms": {', "f:1:16"],
  ])("that is no JSON is refused with the place: %j", async (text, message) => {
    expect(await mistakes(text)).toContain(message);
  });

  test.each([
    ["without indentation", (text: string) => text.replace(/^ +/gm, "")],
    ["with tabs", (text: string) => text.replace(/^ +/gm, (blanks) => "\t".repeat(blanks.length))],
    ["in one line", (text: string) => JSON.stringify(JSON.parse(text))],
    ["with Windows line ends", (text: string) => text.replaceAll("\n", "\r\n")],
  ])("is read %s", async (_, rewrite) => {
    expect((await configOf(rewrite(shifter()))).gateway).toEqual((await configOf(shifter())).gateway);
  });

  test("points to its own lines also for what only the whole shows", async () => {
    expect(await mistakes(shifter({ DefaultImageLocation: "nowhere" }))).toContain("f:2:27: ");
  });
});
