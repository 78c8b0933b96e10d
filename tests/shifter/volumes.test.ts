// Rows 35-60 of spec/shifter.md 10.3: volumes, with what Shifter let through refused and what its users missed made.

import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AS_ROOT } from "../support/ordinary-user.ts";
import { IMAGES, obstacle, openWorld, type World } from "./world.ts";

const reason = obstacle();

describe.skipIf(reason)(`volumes of shifter${reason ? ` [${reason}]` : ""}`, () => {
  let world: World;
  beforeAll(() => {
    world = openWorld();
    mkdirSync(world.place("site/scratch/x y"));
    writeFileSync(world.place("site/scratch/x y/inside"), "");
    writeFileSync(world.place("site/scratch/test/mine"), "");
  });
  afterAll(() => world?.close());

  const run = (volume: string, ...words: string[]) => world.shifter(["-V", volume, ...words]);

  test.each([
    ["row 35: over a directory of the image", "/scratch1:/data", "/data"],
    ["row 43: at /var/tmp", "/scratch1:/var/tmp", "/var/tmp"],
    ["row 43: at /mnt", "/scratch1:/mnt", "/mnt"],
    ["row 43: below /opt", "/scratch1:/opt/myStuff", "/opt/myStuff"],
    ["row 55: at a new place", "/scratch1:/newtop", "/newtop"],
    ["row 56: in /bin, where Shifter could not", "/scratch1:/bin/x", "/bin/x"],
    ["at a new place in new places", "/scratch1:/a/b/c", "/a/b/c"],
    ["at a new place with a slash at its end", "/scratch1:/data2/", "/data2"],
    ["row 36: at a name that only begins like /etc", "/scratch1:/etcetera", "/etcetera"],
    ["of a directory of the image", "/data/sub:/input", "/input"],
    ["in quotes", '"/scratch1:/quoted"', "/quoted"],
  ])("%s", (_, volume, target) => {
    expect(run(volume, "sh", "-c", `ls ${target} && grep -q ' ${target} ' /proc/mounts`)).toMatchObject({
      status: 0,
      err: "",
    });
  });

  test("row 37: read-only, so that writing fails", () => {
    const { status, err } = run("/scratch1/test:/input:ro", "touch", "/input/new");
    expect(status).not.toBe(0);
    expect(err).toContain("Read-only file system");
    expect(run("/scratch1/test:/input", "touch", "/input/new").status).toBe(0);
    expect(readdirSync(world.place("site/scratch/test"))).toContain("new");
  });

  test.each([
    ["row 36: /etc", "/scratch1:/etc", "error 1"],
    ["row 38: a flag of the site", "/scratch1/test:/input:rec", "error 2"],
    ["row 39: no target", "/scratch1", "error 1"],
    ["row 42: /etc/passwd", "/scratch1:/etc/passwd", "error 1"],
    ["row 42: /var/log", "/scratch1:/var/log", "error 1"],
    ["row 42: /opt", "/scratch1:/opt", "error 1"],
    ["row 42: a relative target", "/scratch1:opt", "error 1"],
    ["row 42: a relative target", "/scratch1:etc", "error 1"],
    ["row 44: a flag with arguments", "/scratch1:/x:rec=key1=value1", "takes no arguments"],
    ["row 45: a cache without a size", "/scratch1:/x:perNodeCache", "perNodeCache needs a size"],
    ["row 50: a flag twice", "/scratch1:/x:ro:ro", "error 3"],
    ["row 51: a way upwards", "/home/../etc:/data", "error 1"],
    ["row 52: an unknown flag", "/scratch1:/x:bogus", "Unknown flag bogus"],
    ["over /proc, which Shifter allowed", "/scratch1:/proc", "programs rely on it"],
    ["over /dev/shm, which Shifter allowed", "/scratch1:/dev/shm", "devices are the site's"],
    ["over /sys, which Shifter allowed", "/scratch1:/sys/fs", "programs rely on it"],
    ["over /usr, which Shifter allowed", "/scratch1:/usr", "would be hidden"],
    ["over everything", "/scratch1:/", "it would replace the whole image"],
    ["over the site's programs", "/scratch1:/opt/udiImage/x", "the site's programs are there"],
  ])("%s is refused", (_, volume, why) => {
    const { status, out, err } = run(volume, "echo", "ran");
    expect({ status, out }).toEqual({ status: 1, out: "" });
    expect(err).toMatch(/^shifter: Invalid Volume Map: /);
    expect(err).toContain(why);
  });

  test("row 53: a single file, which Shifter could not", () => {
    expect(run("/scratch1/file:/data/file", "cat", "/data/file").out).toBe("on scratch");
    expect(run("/scratch1/file:/new/place", "cat", "/new/place").out).toBe("on scratch");
    const { status, err } = run("/scratch1/file:/data/sub", "true");
    expect({ status, said: err.startsWith("shifter: ") }).toEqual({ status: 1, said: true });
  });

  test("row 54: what the container does not show is not there, whatever the host has", () => {
    for (const from of ["/usr/share", "/root/x", "/home/nobody"]) {
      const { status, err } = run(`${from}:/input`, "true");
      expect({ from, status }).toEqual({ from, status: 1 });
      expect(err).toMatch(/^shifter: .*No such file or directory/);
    }
  });

  test("a directory of the host that the site leaves to its users, opened with their rights", () => {
    const [open, closed] = ["shared/open", "shared/closed"].map((name) => world.place(name));
    for (const dir of [open, closed]) mkdirSync(dir ?? "", { recursive: true });
    writeFileSync(`${open}/word`, "of the host\n");
    if (AS_ROOT) chmodSync(closed ?? "", 0o700);
    const node = {
      ...{ system: "cluster", imageDir: world.place("images"), etcDir: world.place("etc") },
      userSources: [world.place("shared")],
    };
    writeFileSync(world.place("site.yaml"), JSON.stringify({ node }));
    const env = { BERTH_SITE_CONFIG: world.place("site.yaml") };
    expect(world.shifter(["-V", `${open}:/input:ro`, "cat", "/input/word"], { env }).out).toBe("of the host");
    expect(world.shifter(["-V", `${open}/word:/word`, "cat", "/word"], { env }).out).toBe("of the host");
    expect(world.shifter(["-V", `${open}/../../etc:/input`, "true"], { env }).status).toBe(1);
    symlinkSync(closed ?? "", `${open}/way`);
    if (AS_ROOT) expect(world.shifter(["-V", `${open}/way/x:/input`, "true"], { env }).status).toBe(1);
  });

  test("rows 40 and 41: the site's own flags and volumes without a target", () => {
    const scratch = world.place("site/scratch");
    const conf = [
      `siteFs=${scratch};${scratch}:/s1:ro;${scratch}:/s2:rec;${scratch}:/s3:rec:slave;${scratch}:/s4/deep/er`,
    ];
    const { status, out, err } = world.shifter(["ls", "-d", scratch, "/s1", "/s2", "/s3", "/s4/deep/er"], { conf });
    expect({ status, err, lines: out.split("\n").length }).toEqual({ status: 0, err: "", lines: 5 });
    expect(world.shifter(["touch", "/s1/test/x"], { conf }).err).toContain("Read-only file system");
  });

  test("row 57: in their order, and those of the command line instead of those of the environment", () => {
    const config = (words: readonly string[], env: Record<string, string>) =>
      JSON.parse(world.shifter([...words, "cat", "/var/shifterConfig.json"], { env }).out) as { volMap: string };
    const env = { SHIFTER_VOLUME: "/scratch1:/env" };
    expect(config([], env).volMap).toBe("/scratch1:/env");
    expect(config([], { SLURM_SPANK_SHIFTER_VOLUME: "/scratch1:/slurm" }).volMap).toBe("/scratch1:/slurm");
    expect(config(["-V", "/scratch1:/b", "-V", "/scratch1:/a:ro"], env).volMap).toBe("/scratch1:/a:ro;/scratch1:/b");
  });

  test("a later volume lies over an earlier one", () => {
    const { out } = world.shifter(["-V", "/scratch1:/data;/data/test:/data", "ls", "/data"]);
    expect(out.split("\n")).toContain("mine");
  });

  test("rows 46, 58: a per-node cache of the user, within the site's limits", () => {
    const conf = ["perNodeCachePath=/tmp", "perNodeCacheSizeLimit=400M", "perNodeCacheAllowedFsType=xfs"];
    const volume = "/scratch1:/cache:perNodeCache=size=320M";
    const used = world.shifter(["-V", volume, "sh", "-c", "touch /cache/x && df -m /cache && ls -ln /cache"], { conf });
    expect(used).toMatchObject({ status: 0, err: "" });
    expect(used.out).toMatch(/ 320 +0 +320 /);
    expect(used.out).toContain(` ${world.user.uid} `);
    // Shifter reads the limit and forgets it.
    const large = world.shifter(["-V", "/scratch1:/cache:perNodeCache=size=4T,bs=4M", "true"], { conf });
    expect(large).toMatchObject({ status: 1, err: expect.stringMatching(/are more than the site's limit/) });
    expect(world.shifter(["-V", volume, "true"])).toMatchObject({
      status: 1,
      err: expect.stringMatching(/this site offers none/),
    });
  });

  test("row 59: odd characters in paths are meant, not dropped", () => {
    expect(run("/scratch1/x y:/with blank", "ls", "/with blank").out).toBe("inside");
    expect(run("/scratch1/benign; rm -rf *:/x", "true").status).toBe(1);
  });

  test("row 60: links lead nowhere but in the container", () => {
    const scratch = world.place("site/scratch");
    symlinkSync("../../../../../../../../etc", `${scratch}/climber`);
    symlinkSync("/data", `${scratch}/absolute`);
    expect(run("/scratch1/climber:/input", "cat", "/input/site-file").out).toBe("of the site");
    expect(run("/scratch1/climber:/input", "cat", "/input/image-file").out).toBe("stays");
    expect(run("/scratch1/absolute:/input", "cat", "/input/file").out).toBe("of the image");
    expect(run("/data/climbing-link:/input", "cat", "/input/image-file").out).toBe("stays");
    rmSync(`${scratch}/climber`);
    rmSync(`${scratch}/absolute`);
  });

  test("a target behind a link is the link's end in the container, never the host's", () => {
    const { status } = run("/scratch1:/data/link-to-etc/new", "ls", "/etc/new");
    expect(status).toBe(0);
    expect(readdirSync("/etc")).not.toContain("new");
  });

  test("rows 45, 49 and 78: is written down as Shifter does", () => {
    const { out } = run("/scratch1:/b/;/data:/a:ro", "cat", "/var/shifterConfig.json");
    expect(out).toBe(
      `{"identifier":"${IMAGES.plain}","user":"${world.user.name}","volMap":"/data:/a:ro;/scratch1:/b","modules":""}`,
    );
  });
});
