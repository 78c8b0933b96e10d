// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are words of shell code
// A user who wants more than he may have: other people's images, the system's files, root. The nodes stay in service whatever he
// tries, for a prolog that fails would take them out.

import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BERTH } from "../support/slurm-plugin.ts";
import { busyboxEntry } from "./busybox.ts";
import { obstacle, openSite, type Site } from "./site.ts";

const SHIFTER = join(dirname(BERTH), "shifter");
const IMAGE = "--image=docker:lab/tool:1";

describe.skipIf(obstacle)(`a hostile user [${obstacle ?? "on a cluster"}]`, () => {
  let site: Site;
  let id: string;
  let secret: string;
  let count = 0;
  beforeAll(async () => {
    site = await openSite({ need: "optional" });
    const suid = { ...busyboxEntry("bin/busybox-suid"), mode: 0o4755 };
    id = await site.image("lab/tool:1", [{ path: "version", content: "one\n" }, suid]);
    secret = await site.image("lab/secret:1", [{ path: "secret", content: "treasure\n" }]);
    makePrivate(site, secret);
    execFileSync("cc", [
      "-shared",
      "-fPIC",
      "-o",
      join(site.cluster.dir, "hostile.so"),
      join(import.meta.dirname, "hostile-plugin.c"),
    ]);
  });
  afterAll(() => site?.stop());
  afterEach(async () => {
    await site.cluster.quiet();
    expect(site.leftovers()).toEqual([]);
    expect((await site.cluster.run(["sinfo", "-h", "-o", "%T"])).stdout).not.toMatch(/drain|down/);
  });

  /** Submits with these variables for the prolog, which no honest plugin has looked at. */
  const crafted = (variables: Readonly<Record<string, string>>, script: string) => {
    count += 1;
    const home = join(site.cluster.folder, `hostile-${count}`);
    mkdirSync(home);
    const words = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const own = readFileSync(join(site.cluster.dir, "slurm.conf"), "utf8").replace(
      /^PlugStackConfig=.*$/m,
      `PlugStackConfig=${home}/plugstack.conf`,
    );
    writeFileSync(join(home, "slurm.conf"), own);
    writeFileSync(join(home, "plugstack.conf"), `required ${site.cluster.dir}/hostile.so ${words.join(" ")}\n`);
    for (const name of [home, join(home, "slurm.conf"), join(home, "plugstack.conf")])
      chownSync(name, site.cluster.user.uid, site.cluster.user.gid);
    return site.cluster.jobs.batch([], `#!/bin/sh\n${script}\n`, {
      env: { ...site.env, SLURM_CONF: join(home, "slurm.conf") },
    });
  };
  const image = (name: string, more: Readonly<Record<string, string>> = {}) => ({
    SHIFTER_IMAGE: name,
    SHIFTER_IMAGETYPE: "id",
    SHIFTER_IMAGEREQUEST: "docker:lab/tool:1",
    ...more,
  });

  test("crafted variables of an honest kind are as good as options", async () => {
    expect(await crafted(image(id), `${SHIFTER} cat /version`)).toMatchObject({ status: 0, stdout: "one\n" });
  });

  test("another user's private image is shown to no job, not even to one that knows its id", async () => {
    const asked = await site.cluster.run(["srun", "--image=docker:lab/secret:1", "true"], { env: site.env });
    expect(asked).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("permission denied to image"),
    });
    const got = await crafted(image(secret), `cat $BERTH_NODE_DIR/*/image/secret; ${SHIFTER} cat /secret`);
    expect(got).toMatchObject({ status: 1, stdout: "", stderr: expect.stringContaining("permission denied to image") });
  });

  test("variables of the user's environment name no image for root", async () => {
    const variables = ["SHIFTER_IMAGE", "SLURM_SPANK_SHIFTER_IMAGE", "SPANK_SHIFTER_IMAGE"].map((name) => [
      name,
      secret,
    ]);
    const types = ["SHIFTER_IMAGETYPE", "SLURM_SPANK_SHIFTER_IMAGETYPE", "SPANK_SHIFTER_IMAGETYPE"].map((name) => [
      name,
      "id",
    ]);
    const env = { ...site.env, ...Object.fromEntries([...variables, ...types]) };
    const script = `#!/bin/sh\nls $BERTH_NODE_DIR/$(id -u).$SLURM_JOB_ID\n${SHIFTER} cat /secret\n`;
    const got = await site.cluster.jobs.batch([], script, { env });
    expect(got).toMatchObject({ status: 1, stdout: "" });
  });

  test.each([
    ["an image that is a path", image("../../../etc/passwd")],
    ["an image that is nothing", image("0".repeat(64))],
    ["a name that root would have to look up", { ...image("lab/secret:1"), SHIFTER_IMAGETYPE: "docker" }],
    ["a type that does not exist", { ...image("x"), SHIFTER_IMAGETYPE: "root" }],
    ["a directory that is none", { ...image("/nonexistent"), SHIFTER_IMAGETYPE: "local" }],
    ["volumes over system paths", { SHIFTER_VOLUME: "/tmp:/etc/x" }],
    ["a site's flag on a volume", { SHIFTER_VOLUME: "/tmp:/x:rec" }],
    ["a cache without end", { SHIFTER_VOLUME: "/tmp:/x:perNodeCache=size=900P" }],
    ["a module that does not exist", { SHIFTER_MODULE: "../../x" }],
    ["words with control characters", { SHIFTER_MODULE: "a\u0007b" }],
    ["a target that is a file of the image", { SHIFTER_VOLUME: "/tmp:/version/x" }],
  ])("%s ends the job with a reason", async (_, variables) => {
    const got = await crafted({ ...image(id), ...variables }, "echo ran");
    expect(got.stdout).toBe("");
    expect(got.stderr).not.toBe("");
    expect(got.status).toBe(1);
  });

  test("links at a volume's source and target lead nowhere else", async () => {
    const dir = join(site.cluster.folder, "links");
    mkdirSync(dir);
    chownSync(dir, site.cluster.user.uid, site.cluster.user.gid);
    const volume = { SHIFTER_VOLUME: `${dir}/race:/in` };
    const race = `cd ${dir}; mkdir race-a; ln -s /etc race-b; (while :; do ln -sfn race-a race; ln -sfn race-b race; done) & loop=$!`;
    const tries = `for i in 1 2 3 4 5 6 7 8 9 10; do ${SHIFTER} sh -c 'test ! -e /in/shadow || echo $(stat -c %i /in/shadow)'; done; kill $loop`;
    const got = await crafted(image(id, volume), `${race}\n${tries}`);
    const hosts = execFileSync("stat", ["-c", "%i", "/etc/shadow"], { encoding: "utf8" }).trim();
    expect(got.stdout.split("\n")).not.toContain(hosts);
  });

  test("a setuid program of an image gives nobody anything", async () => {
    const got = await crafted(
      image(id),
      `${SHIFTER} busybox-suid id -u; $BERTH_NODE_DIR/*/image/bin/busybox-suid id -u`,
    );
    expect(new Set(got.stdout.trim().split("\n"))).toEqual(new Set([String(site.cluster.user.uid)]));
  });

  test("what is set up belongs to nobody else, and cannot be changed by the user", async () => {
    const other = { name: "nobody", uid: 65534, gid: 65534, home: "/" };
    const wait = `touch open-1; chmod 755 .; while [ ! -e open-2 ]; do sleep 0.1; done`;
    const job = await site.cluster.jobs.submit(
      [IMAGE, "-w", site.cluster.nodes[0]?.name ?? ""],
      `#!/bin/sh\ncd $BERTH_NODE_DIR/$(id -u).$SLURM_JOB_ID || exit 9\ntouch x || touch root/x || mv prepared other || rm -f prepared\ncd ${site.cluster.folder}; ${wait}\n`,
      { env: site.env },
    );
    await expect.poll(() => existsSync(join(site.cluster.folder, "open-1")), { timeout: 20_000 }).toBe(true);
    const dir = join(site.nodeDir(1), `${site.cluster.user.uid}.${job}`);
    const look = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "ls", join(dir, "image")];
    expect(() => site.cluster.nodes[0]?.enter(...look)).toThrow("Permission denied");
    expect(other.uid).toBe(65534);
    writeFileSync(join(site.cluster.folder, "open-2"), "");
    chmodSync(join(site.cluster.folder, "open-2"), 0o644);
    const { stderr } = await site.cluster.jobs.ended(job);
    expect(stderr.match(/Read-only file system|Permission denied/g)?.length).toBe(4);
  });

  test("a process that outlives its job holds nothing", async () => {
    const got = await crafted(
      image(id),
      `${SHIFTER} sh -c 'sleep 611 </dev/null >/dev/null 2>&1 &'\nsetsid ${SHIFTER} sleep 612 </dev/null >/dev/null 2>&1 &\nsleep 0.3`,
    );
    expect(got.status).toBe(0);
    await site.cluster.quiet();
    expect((await site.cluster.run(["pgrep", "-f", "^sleep 61[12]"])).stdout).toBe("");
  });

  test("the owner of a container's namespaces, with all rights in them, changes nothing of what root has set up", async () => {
    const inside = "nsenter --user --mount --preserve-credentials --target $pid";
    const tries = [
      "mount -o remount,rw,suid,dev /",
      "umount /etc/passwd",
      "umount -l /",
      "touch /etc/new",
      `mount -o remount,rw ${site.cluster.dir}`,
    ];
    const lines = tries.map((words) => `${inside} ${words} && echo "done: ${words}"`);
    const got = await crafted(
      image(id),
      `${SHIFTER} sleep 20 & pid=$!; sleep 0.5\n${lines.join("\n")}\nkill $pid; exit 0`,
    );
    expect(got.stdout).toBe("");
  });

  test("a tracer gains nothing by a launch", async () => {
    const strace = `strace -f -qq -o /dev/null -e trace=none ${SHIFTER}`;
    const got = await crafted(
      image(id),
      `${strace} cat /proc/self/status | grep -E 'Cap(Eff|Prm|Bnd)'; ${strace} cat /etc/shadow`,
    );
    expect(got.stdout.match(/\t0+$/gm)).toHaveLength(3);
  });

  test("a container's process has no capabilities, and cannot get any", async () => {
    const got = await crafted(image(id), `${SHIFTER} cat /proc/self/status | grep -E 'CapEff|CapBnd|NoNewPrivs'`);
    expect(got.stdout).toMatch(/CapEff:\t0+\n/);
    expect(got.stdout).toMatch(/NoNewPrivs:\t1/);
  });
});

// As the gateway writes it when the image is private: its lists beside the file.
function makePrivate(site: Site, id: string): void {
  const base = join(site.gateway.dir, "images/cluster", id);
  writeFileSync(`${base}.meta`, `${readFileSync(`${base}.meta`, "utf8")}USERACL: 4242\n`);
  const document = JSON.parse(readFileSync(`${base}.json`, "utf8"));
  writeFileSync(`${base}.json`, JSON.stringify({ ...document, acl: { private: true, users: [4242], groups: [] } }));
}
