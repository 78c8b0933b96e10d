// A job's sshd on this machine for a test: a busybox tree stands for the image, a prepared plan leads `shifter` into it, and
// the job's user is the tests' ordinary one. Stop it when done.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { prepareSshd } from "../../src/batch/sshd/folder.ts";
import { derivedKeys } from "../../src/batch/sshd/keys.ts";
import { planSshd, sessionOptions, sshdDir } from "../../src/batch/sshd/plan.ts";
import { findSshProgram } from "../../src/batch/sshd/program.ts";
import { startSshd } from "../../src/batch/sshd/start.ts";
import { stopSshd } from "../../src/batch/sshd/stop.ts";
import { terminalGroup } from "../../src/batch/sshd/terminal-group.ts";
import type { SshdPlan } from "../../src/batch/sshd/types.ts";
import { encodeRecords } from "../../src/run/plan-format.ts";
import { asUser, type OrdinaryUser, ordinaryUser } from "../support/ordinary-user.ts";
import { freePort } from "../support/registry.ts";

export const PROGRAMS = process.env["BERTH_BUILD"] ?? join(import.meta.dirname, "../../build");
const BUSYBOX = "/bin/busybox";
// Not below /tmp: the container shows the machine's /tmp, and memory is what /run is.
const PARENT = existsSync("/dev/shm") ? "/dev/shm" : "/tmp";

/** What a program said. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running sshd of a job. */
export interface TestJob {
  readonly user: OrdinaryUser;
  readonly plan: SshdPlan;
  readonly dir: string;
  readonly port: number;
  /** `ssh` with the job's configuration and key, as the job's user, on the node. */
  ssh(words: readonly string[], options?: { readonly input?: string; readonly key?: string }): Ran;
  /** The same as an argument vector. */
  command(words: readonly string[], key?: string): readonly string[];
  /** Numbers of the job's processes that belong to sshd or its sessions. */
  processes(): readonly string[];
  stop(): Promise<void>;
}

export interface JobSetup {
  readonly program: "openssh" | "dropbear";
  readonly forwarding?: boolean;
  readonly authorized?: readonly string[];
}

/** Sets a job up and starts its sshd. */
export async function startJob({ program, forwarding = false, authorized = [] }: JobSetup): Promise<TestJob> {
  const user = ordinaryUser();
  const nodeDir = mkdtempSync(join(PARENT, "berth-job-"));
  chmodSync(nodeDir, 0o755);
  const setup = join(nodeDir, `${user.uid}.77`);
  makeContainer(setup, user.home);
  const dir = sshdDir(setup);
  const port = await freePort();
  const plan = planSshd({
    person: { name: user.name, uid: user.uid, gid: user.gid, gids: [user.gid] },
    ...{ home: user.home, shell: "/bin/bash", job: "77", hosts: ["localhost", "node2"], dir, nodeDir, authorized },
    terminals: terminalGroup(),
    sshd: { port, forwarding },
    program: findSshProgram(program === "openssh" ? "/usr/sbin/sshd" : "/usr/sbin/dropbear"),
    keys: derivedKeys(Buffer.alloc(64, 7), { uid: user.uid, job: "77" }),
    shifter: join(PROGRAMS, "shifter"),
    options: sessionOptions({ image: "docker:busybox:latest", volumes: "", modules: [] }),
  });
  const signal = new AbortController().signal;
  const end = async () => {
    await stopSshd({ dir, uid: user.uid, signal });
    rmSync(nodeDir, { recursive: true, force: true });
  };
  prepareSshd(plan);
  try {
    await startSshd(plan, { signal });
  } catch (error) {
    await end();
    throw error;
  }
  const command = (words: readonly string[], key = `${dir}/client/key`) =>
    asUser(user, ["ssh", ...clientWords(dir, key), ...words]);
  return {
    ...{ user, plan, dir, port },
    command,
    ssh: (words, { input = "", key } = {}) => {
      const [program = "", ...rest] = command(words, key);
      const env = { PATH: "/usr/bin:/bin", HOME: "/nowhere" };
      return spawnSync(program, rest, { encoding: "utf8", input, cwd: "/", timeout: 30_000, env });
    },
    processes: () => {
      const found = spawnSync("pgrep", ["-u", String(user.uid), "-f", `${dir}/|sshd: ${user.name}`], {
        encoding: "utf8",
      });
      return found.stdout.split("\n").filter((line) => line !== "");
    },
    stop: end,
  };
}

// The paths of the client's configuration are those in the container; outside it, the same files lie here.
function clientWords(dir: string, key: string): readonly string[] {
  const known = `${dir}/client/known_hosts`;
  const options = [`IdentityFile=${key}`, `UserKnownHostsFile=${known}`, `GlobalKnownHostsFile=${known}`];
  return ["-F", `${dir}/client/ssh_config`, ...options.flatMap((option) => ["-o", option])];
}

function makeContainer(setup: string, home: string): void {
  const root = join(setup, "root");
  for (const name of ["bin", "dev", "tmp", "var/tmp", "proc", "etc", `.${home}`])
    mkdirSync(join(root, name), { recursive: true });
  copyFileSync(BUSYBOX, join(root, "bin/busybox"));
  chmodSync(join(root, "bin/busybox"), 0o755);
  for (const name of ["sh", "cat", "id", "pwd", "tty", "sleep", "env", "echo"])
    symlinkSync("busybox", join(root, "bin", name));
  writeFileSync(join(root, "etc/marker"), "the job's container\n");
  const conditions = [
    ["identifier", "abc"],
    ["image", "docker:busybox:latest"],
    ["volumes", ""],
    ["modules", "none"],
    ["default-modules"],
  ];
  const places = [
    ["userns", "self"],
    ["root", "dir", root, 0],
    ["layer", "none", 0, "", ""],
  ];
  const mounts = [
    ["bind", "/dev", "/dev", "dev"],
    ["bind", "/tmp", "/tmp", ""],
    ["proc", "/proc"],
  ];
  const rest = [
    ["@chdir"],
    ["called", "shifter"],
    ["@environment"],
    ["env", "IMAGE=set"],
    ["@env-file"],
    ["@set"],
    ["@program"],
    ["end"],
  ];
  writeFileSync(
    join(setup, "prepared"),
    encodeRecords([...conditions, ...places, ...mounts, ...rest], "BERTHPREPARED1\n"),
  );
}
