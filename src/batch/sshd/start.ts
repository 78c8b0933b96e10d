// Starts the sshd of a job, as the job's user and nobody else: no privilege is left, no descriptor, no variable. It lives on
// when the caller ends; `stopSshd` finds it by a record with its number and start time.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { reasonOf } from "../../base/errors.ts";
import { startTime } from "../../oci/store/process-identity.ts";
import { asPerson } from "../as-person.ts";
import { fail } from "./errors.ts";
import { holdsOne, listeners } from "./listener.ts";
import { sshdProcesses, sshdRecord } from "./stop.ts";
import type { SshdPlan } from "./types.ts";

const FIXED_ENVIRONMENT = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
const PATIENCE_MS = 10_000;
const LOOK_MS = 5;

// Pairs of files to be laid over others; `--`; the program.
const ENTER = `
while [ "$1" != -- ]; do mount -n --bind "$1" "$2" || exit 1; shift 2; done
shift
exec "$@"
`;

/** Starts it and waits until it listens, unless it runs. The plan's files must be there. @throws E_SSHD_PORT, E_SSHD_START */
export async function startSshd(plan: SshdPlan, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  if (sshdProcesses(plan.dir, plan.person.uid).length > 0) return;
  // The record of one that has ended: its user may do that at any time.
  rmSync(sshdRecord(plan.dir), { force: true });
  const [first] = listeners(plan.port);
  if (first) throw portTaken(plan.port, first.uid);
  checkFiles(plan);
  const [program = "", ...words] = wholeCommand(plan);
  // A session of its own: who ends the prolog's process group does not end it.
  const child = spawn(program, words, { detached: true, stdio: "ignore", cwd: "/", env: FIXED_ENVIRONMENT });
  try {
    await untilListening(child, plan, signal);
    const record = `${child.pid} ${await startTime(child.pid ?? 0)}\n`;
    writeFileSync(sshdRecord(plan.dir), record, { mode: 0o600, flag: "wx" });
  } catch (error) {
    child.kill("SIGKILL");
    rmSync(sshdRecord(plan.dir), { force: true });
    throw error;
  }
  child.unref();
}

function checkFiles({ check, person }: SshdPlan): void {
  if (check === undefined) return;
  const [program = "", ...words] = asPerson(check, person);
  // It is the user's process, which he may have stopped: no other signal ends it then.
  const limits = { timeout: PATIENCE_MS, killSignal: "SIGKILL" } as const;
  const options = { encoding: "utf8", env: FIXED_ENVIRONMENT, cwd: "/", ...limits } as const;
  const { status, stderr, error } = spawnSync(program, words, options);
  const why = stderr?.trim().split("\n").at(-1) || reasonOf(error);
  if (status !== 0) throw fail("E_SSHD_START", { program: check[0], why });
}

function wholeCommand({ argv, covers, person, dir }: SshdPlan): readonly string[] {
  if (process.getuid?.() !== 0) return argv;
  const pairs = covers.flatMap(([name, path]) => [`${dir}/${name}`, path]);
  const own = ["unshare", "--mount", "--propagation", "slave", "--"];
  return [...own, "/bin/sh", "-c", ENTER, "sh", ...pairs, "--", ...asPerson(argv, person)];
}

async function untilListening(child: ChildProcess, plan: SshdPlan, signal: AbortSignal): Promise<void> {
  let failure: Error | undefined;
  child.once("error", (error) => {
    failure = error;
  });
  const program = plan.argv[0];
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
    const found = listeners(plan.port);
    if (holdsOne(child.pid ?? 0, found)) return;
    if (failure) throw fail("E_SSHD_START", { program, why: failure.message });
    if (child.exitCode !== null || child.signalCode !== null) {
      const [other] = found;
      if (other) throw portTaken(plan.port, other.uid);
      throw fail("E_SSHD_START", { program, why: `it ended with ${child.exitCode ?? child.signalCode}` });
    }
    await wait(LOOK_MS, undefined, { signal });
  }
  throw fail("E_SSHD_START", { program, why: `it does not listen on port ${plan.port} after ${PATIENCE_MS / 1000} s` });
}

function portTaken(port: number, uid: number): Error {
  return fail("E_SSHD_PORT", { port, holder: `a process of the user ${uid}` });
}
