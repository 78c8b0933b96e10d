// Somebody who wants more than he was given: another's image, the site's places, root's rights, the host's files.

import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AS_ROOT, asUser, runAs } from "../support/ordinary-user.ts";
import { IMAGES, obstacle, openWorld, type World } from "./world.ts";

const reason = obstacle();

describe.skipIf(reason)(`a hostile user of shifter${reason ? ` [${reason}]` : ""}`, () => {
  let world: World;
  beforeAll(() => {
    world = openWorld();
  });
  afterAll(() => world?.close());

  test.skipIf(!AS_ROOT)("cannot run another's image whose file is closed, whatever lies beside it [needs root]", () => {
    const id = "9".repeat(32);
    writeFileSync(world.place(`images/${id}.squashfs`), readFileSync(world.place(`images/${IMAGES.plain}.squashfs`)));
    chmodSync(world.place(`images/${id}.squashfs`), 0o600);
    writeFileSync(world.place(`images/${id}.meta`), "FORMAT: squashfs\n");
    expect(world.shifter([`--image=id:${id}`, "true"])).toMatchObject({ status: 1, out: "" });
  });

  test("cannot leave the folder of images by an id", () => {
    for (const name of ["..", "../x", "x/../../etc/passwd", "./x"])
      expect(world.shifter([`--image=id:${name}`, "true"]).status).toBe(1);
  });

  test("cannot smuggle a volume over the site's places through a link of the image", () => {
    const words = ["-V", "/scratch1:/data/link-to-etc/passwd", "cat", "/etc/passwd"];
    const { status } = world.shifter(words);
    // A directory over a file: the launch fails, and the host has nothing of it.
    expect(status).toBe(1);
    expect(readFileSync("/etc/passwd", "utf8")).toMatch(/^root:/);
  });

  test("cannot reach the host by changing a target while it is mounted", async () => {
    const arena = world.place("site/scratch/test");
    const script = `cd ${arena} && while :; do mkdir t; rmdir t; ln -s /../../../../../../etc t; rm t; ln -s ${world.place("etc")} t; rm t; done`;
    const [command = "", ...args] = asUser(world.user, ["sh", "-c", script]);
    const racer = spawn(command, args, { stdio: "ignore", detached: true });
    try {
      for (let round = 0; round < 25; round += 1) {
        const { status, out } = world.shifter(["-V", "/data:/scratch1/test/t", "sh", "-c", "ls /etc; exit 0"]);
        if (status === 0) expect(out).not.toContain("machine-id");
        else expect(status).toBe(1);
      }
    } finally {
      if (racer.pid !== undefined) process.kill(-racer.pid, "SIGKILL");
    }
    expect(readdirSync(world.place("etc")).sort()).toEqual(["group", "nsswitch.conf", "passwd", "site-file"]);
    expect(existsSync("/etc/sub")).toBe(false);
  });

  test("cannot show what he may not read, by a volume or by a link to it", () => {
    const closed = world.place("closed");
    mkdirSync(closed, { mode: 0o700 });
    writeFileSync(`${closed}/secret`, "secret\n", { mode: 0o600 });
    if (!AS_ROOT) return;
    symlinkSync(closed, world.place("site/scratch/test/way"));
    for (const from of [closed, "/scratch1/test/way", `${closed}/secret`]) {
      const { out } = world.shifter(["-V", `${from}:/input`, "sh", "-c", "cat /input/secret /input"]);
      expect(out).not.toContain("secret\n");
    }
  });

  test("has nothing of root after a setuid program, nor by unsharing, mounting or changing root", () => {
    const status = world.shifter(["/bin/busybox-suid", "cat", "/proc/self/status"]).out;
    expect(status).toContain("CapEff:\t0000000000000000");
    expect(status).toContain("CapBnd:\t0000000000000000");
    for (const words of [
      ["mount", "-t", "tmpfs", "none", "/data"],
      ["mount", "-o", "remount,rw", "/"],
    ])
      expect(world.shifter(words).status).not.toBe(0);
  });

  test("does not change the host through variables that name files of berth", () => {
    const env = { BERTH_RUNTIMEDIR: "/etc", BERTH_NODE_DIR: "/etc" };
    const { status, err } = world.shifter(["true"], { env });
    expect({ status, said: err.startsWith("shifter: ") }).toEqual({ status: 1, said: true });
  });

  test("is believed nothing that a made-up set-up says but what he could do himself", () => {
    const dir = world.place(`home/fake/${world.user.uid}.0`);
    runAs(world.user, ["mkdir", "-p", `${dir}/image`]);
    const plan = `BERTHPREPARED1\nidentifier\0${IMAGES.others}\0@environment\0@env-file\0end\0`;
    runAs(world.user, ["sh", "-c", `printf '%s' "$1" >"$0/prepared"`, dir, plan.replaceAll("\0", "\\0")]);
    const env = { BERTH_NODE_DIR: world.place("home/fake") };
    expect(world.shifter([`--image=id:${IMAGES.others}`, "true"], { env }).err).toContain("FAILED permission denied");
  });

  test("cannot make lines of his terminal by names", () => {
    const { err } = world.shifter(["--image=docker:\x1b[2Jx", "true"], { noImage: true });
    expect(err).not.toContain("\x1b");
    expect(world.shifter(["-V", "/scratch1:/a\x1b[2J", "true"]).err).not.toContain("\x1b");
  });

  test("cannot use more of a variable than there is", () => {
    const env = { SLURM_SPANK_SHIFTER_VOLUME: "/x:/etc", SLURM_JOB_ID: "../../../tmp" };
    expect(world.shifter(["true"], { env }).status).toBe(1);
    expect(world.shifter(["true"], { env: { SLURM_JOB_ID: "../../../tmp" } }).status).toBe(0);
  });
});
