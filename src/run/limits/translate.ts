// Wishes in the words of those who grant them: the files of cgroup v2, and the properties of a systemd unit. Pure.

import type { LimitWishes } from "./wishes.ts";

const PERIOD = 100_000;

/** File → text for a directory of cgroup v2. */
export function groupFiles(wishes: LimitWishes): ReadonlyMap<string, string> {
  const { memory, memorySwap } = wishes;
  const files: readonly (readonly [string, string | undefined])[] = [
    [
      "cpu.max",
      wishes.cpus === undefined ? undefined : `${Math.max(1000, Math.round(wishes.cpus * PERIOD))} ${PERIOD}`,
    ],
    ["cpu.weight", text(cpuWeight(wishes.cpuShares))],
    ["cpuset.cpus", wishes.cpusetCpus],
    ["cpuset.mems", wishes.cpusetMems],
    ["memory.max", text(memory)],
    ["memory.low", text(wishes.memoryReservation)],
    ["memory.swap.max", memorySwap === undefined ? undefined : swapLimit(memory, memorySwap)],
    ["pids.max", text(wishes.pids)],
    ["io.weight", text(ioWeight(wishes.blkioWeight))],
    ...Object.entries(wishes.unified ?? {}),
  ];
  return new Map(files.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** The controllers whose files these are. */
export function controllersOf(files: Iterable<string>): readonly string[] {
  return [...new Set([...files].map((name) => name.split(".")[0] ?? ""))];
}

/** `NAME=VALUE` of a unit's properties; undefined when some wish has none. */
export function unitProperties(wishes: LimitWishes): readonly string[] | undefined {
  if (wishes.unified !== undefined) return undefined;
  const { memory, memorySwap } = wishes;
  const swap = memorySwap === undefined ? undefined : swapLimit(memory, memorySwap);
  const properties: readonly (readonly [string, string | undefined])[] = [
    ["CPUQuota", wishes.cpus === undefined ? undefined : `${Math.max(1, Math.round(wishes.cpus * 100))}%`],
    ["CPUWeight", text(cpuWeight(wishes.cpuShares))],
    ["AllowedCPUs", wishes.cpusetCpus],
    ["AllowedMemoryNodes", wishes.cpusetMems],
    ["MemoryMax", text(memory)],
    ["MemoryLow", text(wishes.memoryReservation)],
    ["MemorySwapMax", swap === "max" ? "infinity" : swap],
    ["TasksMax", text(wishes.pids)],
    ["IOWeight", text(ioWeight(wishes.blkioWeight))],
  ];
  return properties.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
}

// Version 2 counts swap alone.
function swapLimit(memory: number | undefined, both: number): string {
  return both < 0 ? "max" : String(both - (memory ?? 0));
}

// The scales of version 1 on those of version 2, end to end, as the OCI runtimes map them.
function cpuWeight(shares: number | undefined): number | undefined {
  return shares === undefined ? undefined : 1 + Math.floor(((shares - 2) * 9999) / 262_142);
}

function ioWeight(weight: number | undefined): number | undefined {
  return weight === undefined ? undefined : 1 + Math.floor(((weight - 10) * 9999) / 990);
}

function text(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
