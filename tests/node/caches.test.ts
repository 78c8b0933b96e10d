// Per-node caches by root's set-up: rows 58 and 95 of spec/shifter.md, and the limits that Shifter does not keep.

import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { installed } from "../support/ordinary-user.ts";
import { NodeSite, obstacle } from "./node-site.ts";

const reason = obstacle() ?? (installed("mkfs.xfs") ? undefined : "mkfs.xfs is not installed");
const GOOD = { status: 0, out: "", err: "" };
const VOLUME = "/ignored:/cache:perNodeCache=size=320M";
const MIB = 1024 ** 2;

describe.skipIf(reason)(`a cache of a node${reason ? ` [${reason}]` : ""}`, { timeout: 30_000 }, () => {
  let site: NodeSite;
  beforeAll(() => {
    site = new NodeSite();
    mkdirSync(site.place("cache"), { recursive: true });
  });
  afterEach(() => {
    for (const job of ["7", "8"]) expect(site.teardown(job)).toEqual(GOOD);
    expect(site.leftovers()).toEqual([]);
  });
  afterAll(() => site?.close());

  const allow = (more = {}) => site.configure({ cache: { path: site.place("cache"), fsTypes: ["xfs"], ...more } });

  test("is the user's, has its size, and its file has no name (rows 58 and 95)", () => {
    allow();
    expect(site.setup("7", ["--volume", VOLUME])).toEqual(GOOD);
    expect(readdirSync(site.place("cache"))).toEqual([]);
    const script = "echo kept >/cache/file && stat -c '%U %a' /cache && grep ' /cache ' /proc/mounts";
    const { out, err } = site.shifter(
      "7",
      `--volume=${VOLUME}`,
      "sh",
      "-c",
      script.replace("grep ' /cache ' /proc/mounts", "cat /proc/mounts"),
    );
    expect(err).toBe("");
    expect(out.split("\n")[0]).toBe(`${site.user.name} 755`);
    expect(out).toMatch(/\/dev\/loop\d+ \/cache xfs rw,nosuid,nodev/);
    // Tasks of the job share it.
    expect(site.shifter("7", `--volume=${VOLUME}`, "cat", "/cache/file").out).toBe("kept");
    const loop = readdirSync("/sys/block")
      .map(backing)
      .find((file) => file.startsWith(site.place("cache")));
    const { uid, gid } = site.user;
    expect(loop).toMatch(new RegExp(`/perNodeCache_uid${uid}_gid${gid}_${hostname()}\\.xfs\\.\\w{6} \\(deleted\\)$`));
  });

  test("is new for each job", () => {
    allow();
    for (const job of ["7", "8"]) {
      expect(site.setup(job, ["--volume", VOLUME])).toEqual(GOOD);
      expect(site.shifter(job, `--volume=${VOLUME}`, "sh", "-c", "ls /cache; echo x >/cache/file").out).toBe("");
    }
  });

  test("may be the site's", () => {
    site.configure({ cache: { path: site.place("cache") }, siteFs: ["/x:/local:perNodeCache=size=320M"] });
    expect(site.setup("7")).toEqual(GOOD);
    expect(site.shifter("7", "sh", "-c", "echo x >/local/file && cat /local/file")).toEqual({
      status: 0,
      out: "x",
      err: "",
    });
  });

  test.each<[string, object | undefined, string[], string]>([
    ["a site without caches", undefined, [VOLUME], "this site offers none"],
    ["one beyond the limit", { limit: "300M" }, [VOLUME], "limit"],
    ["two beyond the limit together", { limit: "500M" }, [VOLUME, VOLUME.replace("/cache", "/other")], "limit"],
    ["a file system that the site does not allow", { fsTypes: ["ext4"] }, [VOLUME], "xfs"],
    ["one that mkfs.xfs refuses", {}, [VOLUME.replace("320M", "10M")], "mkfs.xfs"],
  ])("is refused before anything is made: %s", (_, rules, volumes, why) => {
    if (rules) allow(rules);
    else site.configure({});
    const { status, out, err } = site.setup(
      "7",
      volumes.flatMap((volume) => ["--volume", volume]),
    );
    expect([status, out, err]).toEqual([1, "", expect.stringContaining(why)]);
    expect(site.leftovers()).toEqual([]);
  });

  test("counts against what the user's other jobs have", () => {
    allow({ limit: "500M" });
    expect(site.setup("7", ["--volume", VOLUME])).toEqual(GOOD);
    expect(site.setup("8", ["--volume", VOLUME]).err).toContain(`with ${320 * MIB} bytes of other jobs`);
    expect(site.teardown("7")).toEqual(GOOD);
    expect(site.setup("8", ["--volume", VOLUME])).toEqual(GOOD);
  });

  test("takes no room on the disk until something is written", () => {
    allow();
    expect(site.setup("7", ["--volume", "/x:/cache:perNodeCache=size=100G"])).toEqual(GOOD);
    expect(statSync(join(site.holder("7"), "cache0")).uid).toBe(site.user.uid);
  });
});

function backing(name: string): string {
  try {
    return readFileSync(`/sys/block/${name}/loop/backing_file`, "utf8").trim();
  } catch {
    return "";
  }
}
