// What an instance uses: from its control group when it has one, else from /proc, as the sum of the processes that are in
// its PID namespace.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import type { InstanceRecord } from "./record.ts";

/** What an instance has used, and uses at this moment. */
export interface Usage {
  readonly cpuMicroseconds: number;
  /** Bytes. */
  readonly memory: number;
  /** Bytes; the machine's memory where there is no limit. */
  readonly memoryLimit: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly processes: number;
  /** Where the figures come from: those of /proc miss processes that have ended. */
  readonly source: "control group" | "processes";
}

/** Measures an instance that runs. */
export async function usageOf(record: InstanceRecord): Promise<Usage> {
  return groupUsage(record.controlGroup) ?? processUsage(record.pid);
}

/** The figures of a directory of cgroup v2; undefined when it does not count memory. */
export function groupUsage(group: string | undefined): Usage | undefined {
  if (group === undefined) return undefined;
  const file = (name: string) => readQuietly(join(group, name));
  const memory = file("memory.current");
  if (memory === undefined) return undefined;
  const blocks = [...(file("io.stat") ?? "").matchAll(/ (rbytes|wbytes)=(\d+)/g)];
  const blockSum = (kind: string) =>
    sum(blocks.filter(([, which]) => which === kind).map(([, , bytes]) => Number(bytes)));
  return {
    cpuMicroseconds: Number(/^usage_usec (\d+)/m.exec(file("cpu.stat") ?? "")?.[1] ?? 0),
    memory: Number(memory),
    memoryLimit: Math.min(Number(file("memory.max")) || totalmem(), totalmem()),
    bytesRead: blockSum("rbytes"),
    bytesWritten: blockSum("wbytes"),
    processes: Number(file("pids.current") ?? (file("cgroup.procs") ?? "").split("\n").filter(Boolean).length),
    source: "control group",
  };
}

/** The sum over the processes of an instance, by the process that stands outside of it. */
function processUsage(outside: number): Usage {
  const namespace = linkOf(`/proc/${outside}/ns/pid_for_children`);
  const numbers =
    namespace === undefined ? [] : processes().filter((pid) => linkOf(`/proc/${pid}/ns/pid`) === namespace);
  const each = numbers.map(oneProcess);
  return {
    cpuMicroseconds: sum(each.map(({ cpu }) => cpu)),
    memory: sum(each.map(({ memory }) => memory)),
    memoryLimit: totalmem(),
    bytesRead: sum(each.map(({ read }) => read)),
    bytesWritten: sum(each.map(({ written }) => written)),
    processes: each.length,
    source: "processes",
  };
}

// The unit of times in /proc: USER_HZ, 100 on every architecture of today.
const TICK_MICROSECONDS = 10_000;

function oneProcess(pid: number): { cpu: number; memory: number; read: number; written: number } {
  const stat = readQuietly(`/proc/${pid}/stat`) ?? "";
  // Behind the name in brackets the fields begin with number 3; 14 and 15 are the times.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const memory = /^(?:Pss|VmRSS):\s+(\d+) kB/m;
  const rolled =
    memory.exec(readQuietly(`/proc/${pid}/smaps_rollup`) ?? "") ??
    memory.exec(readQuietly(`/proc/${pid}/status`) ?? "");
  const io = readQuietly(`/proc/${pid}/io`) ?? "";
  return {
    cpu: (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MICROSECONDS,
    memory: Number(rolled?.[1] ?? 0) * 1024,
    read: Number(/^read_bytes: (\d+)/m.exec(io)?.[1] ?? 0),
    written: Number(/^write_bytes: (\d+)/m.exec(io)?.[1] ?? 0),
  };
}

function processes(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    // Ended, or another user's.
    return undefined;
  }
}

function readQuietly(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
