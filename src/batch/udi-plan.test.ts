// What a launch on a node without set-up does, and what a prepared plan says of one with it.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MountRecord } from "../run/launch-plan.ts";
import { encodePlan } from "../run/plan-format.ts";
import { parseSiteVolumes, parseUserVolumes } from "../site/volume.ts";
import { checkCaches } from "./cache-rules.ts";
import { preparedFile } from "./prepared-file.ts";
import { isPreparedFor, readPrepared } from "./prepared-image.ts";
import { siteMounts } from "./site-layer.ts";
import { launchOf, moduleOf, PLAIN_CONFIG } from "./testing.ts";
import { planUdi, type Surroundings } from "./udi-plan.ts";

const AROUND: Surroundings = {
  view: { root: { kind: "dir", source: "/run/mnt/x" }, mounts: ["/run/mnt/x"] },
  expectMounts: [],
  hooksDone: false,
  etc: [{ name: "passwd", source: "/site/etc/passwd" }],
  hostsFile: "node1\n",
  list: () => [],
  env: { HOME: "/home/ann" },
  cwd: "/scratch/ann",
  umask: 0o027,
  limits: [],
  devices: { mounts: [], env: new Map() },
};

const targets = (mounts: readonly { target?: string }[]) => mounts.map(({ target }) => target);

describe("the plan of a launch", () => {
  test("has image, site and user in their order", () => {
    const launch = launchOf({
      request: { volumes: parseUserVolumes("/scratch/a:/input:ro;/tmp/b:/data") },
      config: { siteFs: parseSiteVolumes("/scratch;/opt/site:/opt/site:ro") },
    });
    const plan = planUdi(launch, AROUND);
    expect(targets(plan.mounts as readonly MountRecord[])).toEqual([
      ...["/scratch", "/opt/site"],
      ...["/etc/hosts", "/etc/resolv.conf", "/etc/passwd", "/etc/shadow", "/etc/mtab"],
      ...["/var/hostsfile", "/proc", "/sys", "/dev", "/tmp", "/var/tmp"],
      ...["/input", "/data", "/var/shifterConfig.json"],
    ]);
    expect(plan).toMatchObject({
      called: "shifter",
      userns: { kind: "self" },
      layer: { kind: "auto" },
      readonlyRoot: true,
      expectMounts: ["/run/mnt/x"],
      touch: ["/run/mnt/x.used"],
      chdir: ["/scratch/ann", "/"],
      caps: "none",
      umask: 0o027,
    });
    expect(encodePlan(plan).length).toBeGreaterThan(0);
  });

  test("opens what users name in the container, and what the site names on the host", () => {
    const launch = launchOf({
      request: { volumes: parseUserVolumes("/x:/y;/work/u:/z:ro") },
      config: { siteFs: parseSiteVolumes("/a:/b:ro:slave"), userSources: ["/work"] },
    });
    const { mounts } = planUdi(launch, AROUND);
    expect(mounts).toContainEqual({ op: "bind", source: "/x", target: "/y", flags: ["inside"] });
    expect(mounts).toContainEqual({ op: "bind", source: "/work/u", target: "/z", flags: ["ro"] });
    expect(mounts).toContainEqual({ op: "bind", source: "/a", target: "/b", flags: ["slave", "ro"] });
  });

  test("takes changes when it is asked to", () => {
    const plan = planUdi(launchOf({ request: { writableTmpfs: true } }), AROUND);
    expect(plan).toMatchObject({ layer: { kind: "tmpfs" }, readonlyRoot: false });
  });

  test("runs the hooks of its modules as the user, and refuses those that need root", () => {
    const hook = moduleOf("a", { userhook: "/opt/hook" });
    expect(planUdi(launchOf({ modules: [hook] }), AROUND).hooks).toEqual(["/opt/hook"]);
    const rooted = moduleOf("b", { roothook: "/site/hook" });
    expect(() => planUdi(launchOf({ modules: [rooted] }), AROUND)).toThrow("the module b has a hook that only root");
    expect(planUdi(launchOf({ modules: [rooted] }), { ...AROUND, hooksDone: true }).hooks).toEqual([]);
  });
});

describe("the site's layer", () => {
  const facts = {
    ...{ config: PLAIN_CONFIG, modules: [], etc: [], hostsFile: undefined },
    ...{ by: "user" as const, list: () => [] },
  };
  const software = (records: readonly { op: string; target?: string; source?: string }[]) =>
    records.flatMap(({ target = "", source }) => (target.startsWith("/opt/udiImage") ? [[source, target]] : []));

  test("shows the site's software as one, and a module's own beside it", () => {
    const config = { ...PLAIN_CONFIG, optUdiImage: "/site/opt" };
    expect(software(siteMounts({ ...facts, config }))).toEqual([["/site/opt", "/opt/udiImage"]]);
    const modules = [moduleOf("mpich", { copyPath: "/site/mpich" })];
    const names: Record<string, string[]> = { "/site/opt": ["bin", "modules"], "/site/opt/modules": ["mpich", "old"] };
    const list = (dir: string) => names[dir] ?? [];
    expect(software(siteMounts({ ...facts, config, modules, list }))).toEqual([
      ["/site/opt/bin", "/opt/udiImage/bin"],
      ["/site/opt/modules/old", "/opt/udiImage/modules/old"],
      ["/site/mpich", "/opt/udiImage/modules/mpich"],
    ]);
    expect(software(siteMounts({ ...facts, modules }))).toEqual([["/site/mpich", "/opt/udiImage/modules/mpich"]]);
  });

  test("has hooks only in root's hands, in Shifter's order", () => {
    const config = {
      ...PLAIN_CONFIG,
      ...{ preMountHook: "/pre", postMountHook: "/post", siteFs: parseSiteVolumes("/a:/b:rec;/c") },
    };
    const modules = [moduleOf("m", { roothook: "/root-hook", volumes: parseSiteVolumes("/m:/n") })];
    const names = (by: "root" | "user") =>
      siteMounts({ ...facts, config, modules, by, hostsFile: "h\n" }).map((record) =>
        record.op === "root-hook" ? record.path : record.target,
      );
    const files = ["/etc/hosts", "/etc/resolv.conf", "/etc/shadow", "/etc/mtab", "/var/hostsfile"];
    expect(names("root")).toEqual(["/pre", "/b", "/c", "/post", "/n", ...files, "/root-hook"]);
    expect(names("user")).toEqual(["/b", "/c", "/n", ...files]);
    const [, rec, flat] = siteMounts({ ...facts, config, modules, by: "root" });
    expect([rec, flat]).toMatchObject([{ flags: ["private"] }, { flags: ["private", "norec"] }]);
  });
});

describe("per-node caches", () => {
  const rules = (limit?: number, fsTypes: string[] = ["xfs"]) => ({ cache: { path: "/local", limit, fsTypes } });
  const volumes = parseUserVolumes("/x:/a:perNodeCache=size=60M;/x:/b:perNodeCache=size=60M");

  test("are refused beyond the site's rules", () => {
    checkCaches(volumes, rules());
    checkCaches(volumes, rules(200 << 20));
    expect(() => checkCaches(volumes, rules(100 << 20))).toThrow("are more than the site's limit");
    expect(() => checkCaches(volumes, rules(undefined, ["ext4"]))).toThrow("xfs is not among the file systems");
    expect(() => checkCaches(volumes, {})).toThrow("this site offers none");
    checkCaches(parseUserVolumes("/a:/b"), {});
  });

  test("are a tmpfs of their size without root", () => {
    const { mounts } = planUdi(launchOf({ request: { volumes } }), AROUND);
    expect(mounts).toContainEqual({ op: "tmpfs", target: "/a", size: 60 << 20, mode: 0o755 });
  });
});

describe("a prepared plan", () => {
  let dir = "";

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "berth-prepared-"));
    mkdirSync(join(dir, "image"));
  });

  afterAll(() => rmSync(dir, { recursive: true }));

  const launch = launchOf({
    request: { volumes: parseUserVolumes("/b:/y;/a:/x") },
    image: { env: ["A=B", "PATH=/bin"], entrypoint: ["/e", "1"], cmd: ["c"], workdir: "/w" },
    modules: [
      moduleOf("m", { userhook: "/hook", environment: { set: [["V", "1"]], append: [], prepend: [], unset: ["U"] } }),
    ],
  });
  const bytes = () =>
    preparedFile(launch, {
      dir,
      ...{ names: ["docker:tool:1"], volumeTexts: ["/b:/y;/a:/x"], moduleTexts: ["m"], defaultModules: true },
      isFile: (path) => path === "/a",
    });

  test("is as its page says", () => {
    const id = "a".repeat(64);
    expect(bytes().toString().split("\0").slice(0, -1)).toEqual([
      `BERTHPREPARED1\nidentifier`,
      ...[
        id,
        "image",
        "docker:tool:1",
        "default-type",
        "docker",
        "volumes",
        "/b:/y;/a:/x",
        "volumes",
        "/a:/x;/b:/y",
        "modules",
        "m",
      ],
      ...["default-modules", "workdir", "/w", "entry", "/e", "entry", "1", "cmd", "c"],
      ...[
        "userns",
        "self",
        "user-namespace",
        `${dir}/userns`,
        "1000",
        "root",
        "dir",
        `${dir}/root`,
        "0",
        "expect-mount",
        `${dir}/root`,
        "layer",
        "none",
        "0",
        "",
        "",
      ],
      ...["bind", "/dev", "/dev", "dev", "bind", "/tmp", "/tmp", "", "bind", "/var/tmp", "/var/tmp", ""],
      ...["bind", "/b", "/y", "inside", "bind", "/a", "/x", "inside,file", "@chdir", "called", "shifter"],
      ...["@environment", "env", "A=B", "env", "PATH=/bin", "@env-file", "@set", "env", "V=1", "env-unset", "U"],
      ...["hook", "/hook", "@program", "end"],
    ]);
  });

  test("is for nobody with modules whose devices depend on the task", () => {
    const facts = { dir, names: [], volumeTexts: [], moduleTexts: ["gpu"], defaultModules: true, isFile: () => false };
    const gpu = moduleOf("gpu", { devices: ["?nvidia.com/gpu=all"] });
    const records = preparedFile(launchOf({ modules: [gpu] }), facts)
      .toString()
      .split("\0");
    expect(records).not.toContain("modules");
    expect(records).not.toContain("default-modules");
  });

  test("that is damaged tells of nothing, or of what it is", () => {
    const whole = bytes().toString();
    fc.assert(
      fc.property(fc.nat(whole.length), fc.string({ maxLength: 4 }), (at, noise) => {
        writeFileSync(join(dir, "prepared"), whole.slice(0, at) + noise);
        const found = readPrepared(dir, () => true);
        if (found) expect(found.image.root).toEqual({ kind: "dir", path: `${dir}/image` });
      }),
      { numRuns: 200, seed: 5 },
    );
  });

  test("tells of its image, while that is mounted", () => {
    writeFileSync(join(dir, "prepared"), bytes());
    expect(readPrepared(dir)).toBeUndefined();
    const facts = readPrepared(dir, () => true);
    expect(facts).toMatchObject({
      names: ["docker:tool:1"],
      image: {
        id: launch.image.id,
        root: { kind: "dir", path: `${dir}/image` },
        env: ["A=B", "PATH=/bin"],
        entrypoint: ["/e", "1"],
        cmd: ["c"],
        workdir: "/w",
      },
    });
    const fits = (type: "id" | "docker", name: string) =>
      facts !== undefined && isPreparedFor(facts, { type, name, asked: "" });
    expect([fits("id", launch.image.id), fits("docker", "tool:1")]).toEqual([true, true]);
    expect([fits("id", "b"), fits("docker", "tool:2")]).toEqual([false, false]);
  });
});
