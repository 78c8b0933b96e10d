// Ends the sshd of a job with its sessions, and removes its folder. A number alone never names the process: it must have
// begun when the record says, and belong to the job's user; then even a forged record ends nobody else's.

import { readdirSync, rmSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { errnoOf } from "../../base/errors.ts";
import { readIfAny, readRegular } from "../../platform/access.ts";
import { fail } from "./errors.ts";
import { removeSshdFolder } from "./folder.ts";
import { SESSION_MARK } from "./server-files.ts";

export interface StopWish {
  /** The folder of sshd, and whose it is. */
  readonly dir: string;
  readonly uid: number;
  readonly signal: AbortSignal;
}

const PATIENCE_MS = 5_000;
const LOOK_MS = 10;
// Who starts processes faster than that is left to the next round, and then to the control group of the job.
const MOST_ROUNDS = 50;

/** The file that says which process it is: beside the folder, where only root writes. */
export function sshdRecord(dir: string): string {
  return `${dir}.pid`;
}

/** Ends it; nothing happens when there is none. @throws E_SSHD_STOP when a process cannot be killed */
export async function stopSshd({ dir, uid, signal }: StopWish): Promise<void> {
  for (let waited = 0; ; waited += LOOK_MS) {
    const alive = haltFamily(dir, uid);
    if (alive.length === 0) break;
    if (waited >= PATIENCE_MS) throw fail("E_SSHD_STOP", { pid: alive[0]?.pid });
    for (const { pid } of alive) send(pid, "SIGKILL");
    await wait(LOOK_MS, undefined, { signal });
  }
  rmSync(sshdRecord(dir), { force: true });
  removeSshdFolder(dir);
}

/** Numbers of the processes of sshd and its sessions; none: it does not run. */
export function sshdProcesses(dir: string, uid: number): readonly number[] {
  return family(dir, uid).map(({ pid }) => pid);
}

// What is killed at once leaves children that nobody finds any more: first nothing of it may start another process.
function haltFamily(dir: string, uid: number): readonly Process[] {
  const halted = new Set<number>();
  for (let round = 1; ; round++) {
    const found = family(dir, uid);
    const news = found.filter(({ pid }) => !halted.has(pid));
    if (news.length === 0 || round === MOST_ROUNDS) return found;
    for (const { pid } of news) {
      send(pid, "SIGSTOP");
      halted.add(pid);
    }
  }
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly start: string;
}

// The server of the record; every process that was started with this folder, when somebody was killed between start and
// record; what says that it belongs to a session, which may have left its parents; and what all these have started.
function family(dir: string, uid: number): readonly Process[] {
  const own = processesOf(uid);
  const [, pid, start] = /^(\d+) (\d+)\n$/.exec(readRegular(sshdRecord(dir), 100) ?? "") ?? [];
  const heads = own.filter(
    (one) =>
      (one.pid === Number(pid) && one.start === start) ||
      mentions(one.pid, "cmdline", `${dir}/`) ||
      mentions(one.pid, "environ", `${SESSION_MARK}=${dir}\0`),
  );
  const found = new Map<number, Process>();
  const add = (one: Process): void => {
    if (found.has(one.pid)) return;
    found.set(one.pid, one);
    for (const child of own) if (child.parent === one.pid) add(child);
  };
  for (const head of heads) add(head);
  return [...found.values()];
}

function processesOf(uid: number): readonly Process[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    // Real, effective, saved and of the file system: a process on its way to another user is not his.
    const ids = /^Uid:\t(\d+)\t(\d+)\t(\d+)\t(\d+)$/m.exec(readIfAny(`/proc/${name}/status`))?.slice(1) ?? [];
    if (ids.length !== 4 || ids.some((id) => Number(id) !== uid)) return [];
    const stat = readIfAny(`/proc/${name}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const dead = fields[0] === "Z" || fields[0] === "X" || fields[0] === "";
    return dead ? [] : [{ pid: Number(name), parent: Number(fields[1]), start: fields[19] ?? "" }];
  });
}

// sshd writes its own words over its command line, with the old ones among them.
function mentions(pid: number, file: "cmdline" | "environ", text: string): boolean {
  return readIfAny(`/proc/${pid}/${file}`).includes(text);
}

function send(pid: number, signal: "SIGSTOP" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errnoOf(error) !== "ESRCH") throw error;
  }
}
