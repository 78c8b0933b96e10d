// Real logins into a job's container: by OpenSSH's client, through OpenSSH's sshd and Dropbear, as an ordinary user.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { CLIENT_DIR } from "../../src/batch/sshd/client-files.ts";
import { prepareSshd, removeSshdFolder } from "../../src/batch/sshd/folder.ts";
import { randomKeys } from "../../src/batch/sshd/keys.ts";
import { startSshd } from "../../src/batch/sshd/start.ts";
import { terminalGroup } from "../../src/batch/sshd/terminal-group.ts";
import type { LaunchPlan, MountRecord } from "../../src/run/launch-plan.ts";
import { encodePlan } from "../../src/run/plan-format.ts";
import { AS_ROOT, asUser } from "../support/ordinary-user.ts";
import { PROGRAMS, startJob, type TestJob } from "./job.ts";

const CLIENT: Omit<LaunchPlan, "root" | "mounts" | "argv"> = {
  ...{ userns: { kind: "self" }, unshare: [], touch: [], expectMounts: [] },
  ...{ layer: { kind: "auto" }, readonlyRoot: true, chdir: ["/"], umask: 0o022, limits: [], keepCaps: false },
  ...{ caps: "none", init: false, keepFds: [], env: new Map([["PATH", "/usr/bin:/bin"]]), exec: "ssh" },
};
const NEEDED = { openssh: "/usr/sbin/sshd", dropbear: "/usr/sbin/dropbear" } as const;
const common = ["/usr/bin/ssh", "/bin/busybox", join(PROGRAMS, "shifter")].find((path) => !existsSync(path));

describe.each(["openssh", "dropbear"] as const)("the sshd of a job", (program) => {
  const absent = common ?? (existsSync(NEEDED[program]) ? undefined : NEEDED[program]);
  const reason = absent ?? (program === "dropbear" && !AS_ROOT ? "root" : "");

  describe.skipIf(reason)(`by ${program}${reason ? ` [needs ${reason}]` : ""}`, () => {
    let job: TestJob;
    let work: string;
    beforeAll(async () => {
      work = mkdtempSync(join(tmpdir(), "berth-sshd-"));
      job = await startJob({ program });
    });
    afterAll(async () => {
      await job?.stop();
      rmSync(work, { recursive: true, force: true });
    });

    test("leads into the container that is set up for the job", () => {
      expect(job.ssh(["localhost", "cat /etc/marker; echo $IMAGE; id -u"])).toMatchObject({
        status: 0,
        stderr: "",
        stdout: `the job's container\nset\n${job.user.uid}\n`,
      });
    });

    test("is what a plain `ssh NODE` in a container of the job reaches, and nobody who has taken the port", () => {
      const plan = join(work, "client.plan");
      const bind = (path: string): MountRecord => ({
        op: "bind",
        source: path,
        target: path,
        flags: path === "/dev" ? ["dev"] : [],
      });
      const image = imageWithUsr(join(work, "image"));
      const mounts = [...["/dev", "/usr", "/etc/passwd", "/etc/hosts"].map(bind), ...job.plan.mounts];
      const argv = ["ssh", "localhost", "cat /etc/marker"];
      const run = (further: readonly MountRecord[]) => {
        writeFileSync(
          plan,
          encodePlan({ ...CLIENT, root: { kind: "dir", source: image }, mounts: [...mounts, ...further], argv }),
          { mode: 0o644 },
        );
        chmodSync(work, 0o755);
        const [command = "", ...words] = asUser(job.user, [join(PROGRAMS, "berth-launch"), plan]);
        return spawnSync(command, words, { encoding: "utf8", timeout: 30_000 });
      };
      expect(run([])).toMatchObject({ status: 0, stdout: "the job's container\n", stderr: "" });
      const other = randomKeys({ uid: 1, job: "77" }).host.publicLine;
      const known: MountRecord = {
        ...{ op: "file", target: `${CLIENT_DIR}/known_hosts`, mode: 0o444 },
        content: `berth-job-77 ${other}\n`,
      };
      expect(run([known])).toMatchObject({
        status: 255,
        stderr: expect.stringContaining("Host key verification failed"),
      });
    });

    test("says who has the port, and may be started twice", async () => {
      const { signal } = new AbortController();
      const before = job.processes();
      prepareSshd(job.plan);
      await startSshd(job.plan, { signal });
      const after = job.processes();
      // Sessions of before may have ended meanwhile.
      expect(after.length).toBeGreaterThan(0);
      expect(before).toEqual(expect.arrayContaining([...after]));
      const elsewhere = { ...job.plan, dir: `${job.plan.dir}.other` };
      await expect(startSshd(elsewhere, { signal })).rejects.toMatchObject({
        code: "E_SSHD_PORT",
        message: expect.stringContaining(`a process of the user ${job.user.uid} does`),
      });
    });

    test("passes input, arguments as the shell in the container reads them, and the exit status", () => {
      expect(job.ssh(["localhost", 'cat; echo "it\'s" $((6*7)) >&2; exit 42'], { input: "words" })).toMatchObject({
        status: 42,
        stdout: "words",
        stderr: "it's 42\n",
      });
    });

    test("gives a login without a command a shell", () => {
      expect(job.ssh(["localhost"], { input: "cat /etc/marker; exit 3\n" })).toMatchObject({
        status: 3,
        stdout: expect.stringContaining("the job's container\n"),
      });
    });

    // Without privilege sshd cannot give a terminal the group that it wants to see.
    test.skipIf(!AS_ROOT && terminalGroup() === undefined)("gives a terminal where one is asked for", () => {
      expect(job.ssh(["-tt", "localhost", "tty"]).stdout).toMatch(/^\/dev\/pts\/\d+\r\n$/);
    });

    test("refuses another name, root, another key and a password", () => {
      const other = join(work, "other");
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", other]);
      if (AS_ROOT) execFileSync("chown", [job.user.name, other]);
      const refused = {
        status: 255,
        stderr: expect.stringMatching(/Permission denied \(publickey\)|Connection closed/),
      };
      expect(job.ssh(["-l", "root", "localhost", "id"])).toMatchObject(refused);
      expect(job.ssh(["-l", "daemon", "localhost", "id"])).toMatchObject(refused);
      expect(job.ssh(["localhost", "id"], { key: other })).toMatchObject(refused);
    });

    test("forwards nothing unless the site says so", () => {
      const forwarded = job.ssh(["-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1", "localhost", "true"]);
      expect(forwarded).toMatchObject({ status: 255 });
      expect(job.ssh(["-W", "127.0.0.1:22", "localhost"]).status).not.toBe(0);
    });

    test("runs as the user alone, without capabilities, from files that nobody can change", () => {
      const [pid] = job.processes();
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      expect(status).toMatch(new RegExp(`^Uid:(\t${job.user.uid}){4}$`, "m"));
      expect(status).toMatch(/^CapEff:\t0{16}$/m);
      if (!AS_ROOT) return;
      expect(status).toMatch(/^CapBnd:\t0{16}$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      const { uid, mode } = statSync(job.dir);
      expect([uid, mode & 0o777]).toEqual([0, 0o711]);
      expect(() => writeFileSync(join(job.dir, "x"), "")).toThrow(/read-only/);
      const other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "cat", `${job.dir}/client/key`];
      expect(spawnSync(other[0] ?? "", other.slice(1), { encoding: "utf8" }).stderr).toMatch(/Permission denied/);
    });

    test("starts again for the same job when its user has ended it", async () => {
      const other = await startJob({ program });
      onTestFinished(() => other.stop());
      for (const pid of other.processes()) process.kill(Number(pid), "SIGKILL");
      await untilTrue(() => other.processes().length === 0);
      await startSshd(other.plan, { signal: new AbortController().signal });
      expect(other.ssh(["localhost", "id -u"])).toMatchObject({ status: 0, stdout: `${other.user.uid}\n` });
    });

    test.skipIf(!AS_ROOT)("has a folder that its user cannot keep from being sealed [as root]", async () => {
      const dir = mkdtempSync("/dev/shm/berth-seal-");
      chmodSync(dir, 0o711);
      const plan = { ...job.plan, dir: join(dir, "ssh") };
      const grab = "for (;;) try { fs.chmodSync(path, 0o600); fs.openSync(path, 'r+'); } catch {}";
      const script = `const path = ${JSON.stringify(join(plan.dir, "client/key"))}; process.stdout.write("on"); ${grab}`;
      const [command = "", ...words] = asUser(job.user, [process.execPath, "-e", script]);
      const grabber = spawn(command, words, { stdio: ["ignore", "pipe", "ignore"] });
      onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
      onTestFinished(() => {
        grabber.kill("SIGKILL");
      });
      await once(grabber.stdout, "data");
      for (let times = 0; times < 10; times += 1) {
        prepareSshd(plan);
        removeSshdFolder(plan.dir);
      }
      expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(dir);
    });

    test("leaves no process, mount or file when it is stopped, not even a session's child that left its parents", async () => {
      const other = await startJob({ program });
      const words = ["localhost", "(sleep 600 >/dev/null 2>&1 &) ; exec sleep 600"];
      onTestFinished(() => other.stop());
      const [command = "", ...rest] = other.command(words);
      const login = spawn(command, rest, { stdio: "ignore" });
      await untilTrue(() => sleeping(other) >= 2);
      const ended = once(login, "exit");
      await other.stop();
      await ended;
      expect(other.processes()).toEqual([]);
      expect(sleeping(other)).toBe(0);
      expect(existsSync(other.dir)).toBe(false);
      expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(other.dir);
    });
  });
});

// Processes of the job's user that carry the mark of its sessions and sleep.
function sleeping({ user, dir }: TestJob): number {
  const pids = spawnSync("pgrep", ["-u", String(user.uid), "-x", "sleep"], { encoding: "utf8" }).stdout.split("\n");
  return pids.filter((pid) => pid !== "" && environment(pid).includes(`BERTH_SSH=${dir}\0`)).length;
}

function environment(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return "";
  }
}

async function untilTrue(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

// An image with the programs of this machine, ssh among them.
function imageWithUsr(dir: string): string {
  for (const name of ["usr", "etc", "var", "dev", "tmp"]) mkdirSync(join(dir, name), { recursive: true });
  for (const name of ["bin", "lib", "lib64"]) symlinkSync(`usr/${name}`, join(dir, name));
  writeFileSync(join(dir, "etc/passwd"), "");
  return dir;
}
