// The file of `--apply-cgroups`: TOML in the form of the OCI runtime's `linux.resources`, as Apptainer reads it. A key that cannot be
// obeyed is refused: a limit that is silently missing is none.

import { parse } from "smol-toml";
import { defineErrors, reasonOf } from "../../base/errors.ts";
import type { LimitWishes } from "./wishes.ts";

const fail = defineErrors({
  E_LIMITS_FILE: {
    text: "{path} is no file of limits: {reason}",
    hint: "write TOML such as: [memory] limit = 1073741824",
  },
  E_LIMITS_KEY: {
    text: "{path}: {key} is not supported here",
    hint: "supported are cpu.shares, quota, period, cpus, mems; memory.limit, reservation, swap; pids.limit; blockIO.weight; unified",
  },
});

type Table = Readonly<Record<string, unknown>>;

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  cpu: ["shares", "quota", "period", "cpus", "mems"],
  memory: ["limit", "reservation", "swap"],
  pids: ["limit"],
  blockIO: ["weight"],
};

// Usual length of a period, in microseconds.
const PERIOD = 100_000;

/** The wishes of a file's text. @throws E_LIMITS_FILE, E_LIMITS_KEY */
export function parseLimits(text: string, path: string): LimitWishes {
  const root = parsed(text, path);
  const get = (section: string) => sectionOf(root, section, path);
  for (const section of Object.keys(root)) {
    const keys = KNOWN[section];
    if (section === "unified") continue;
    for (const key of Object.keys(get(section)))
      if (!keys?.includes(key)) throw fail("E_LIMITS_KEY", { path, key: `${section}.${key}` });
  }
  const [cpu, memory, pids, blocks] = [get("cpu"), get("memory"), get("pids"), get("blockIO")];
  const whole = (table: Table, key: string) => wholeNumber(table[key], key, path);
  const quota = whole(cpu, "quota");
  return {
    cpus: quota === undefined || quota <= 0 ? undefined : quota / (limit(whole(cpu, "period")) ?? PERIOD),
    cpuShares: limit(whole(cpu, "shares")),
    cpusetCpus: textOf(cpu["cpus"], "cpu.cpus", path),
    cpusetMems: textOf(cpu["mems"], "cpu.mems", path),
    memory: limit(whole(memory, "limit")),
    memoryReservation: limit(whole(memory, "reservation")),
    memorySwap: whole(memory, "swap"),
    pids: limit(whole(pids, "limit")),
    blkioWeight: limit(whole(blocks, "weight")),
    unified: unifiedOf(get("unified"), path),
  };
}

function parsed(text: string, path: string): Table {
  try {
    return parse(text) as Table;
  } catch (cause) {
    throw fail("E_LIMITS_FILE", { path, reason: reasonOf(cause).split("\n")[0] }, { cause });
  }
}

function sectionOf(root: Table, name: string, path: string): Table {
  const value = root[name] ?? {};
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Table;
  throw fail("E_LIMITS_FILE", { path, reason: `${name} is not a table` });
}

function wholeNumber(value: unknown, key: string, path: string): number | undefined {
  if (value === undefined) return undefined;
  const number = typeof value === "bigint" ? Number(value) : value;
  if (typeof number === "number" && Number.isSafeInteger(number)) return number;
  throw fail("E_LIMITS_FILE", { path, reason: `${key} is not a whole number` });
}

// Version 1 wrote "no limit" as -1 or 0, and 0 for the usual weight or period.
function limit(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}

function textOf(value: unknown, key: string, path: string): string | undefined {
  if (value === undefined || value === "") return undefined;
  if (typeof value === "string" && /^[\d,-]+$/.test(value)) return value;
  throw fail("E_LIMITS_FILE", { path, reason: `${key} is not a list such as "0-3"` });
}

function unifiedOf(table: Table, path: string): Readonly<Record<string, string>> | undefined {
  const entries = Object.entries(table).map(([name, value]) => {
    // The name becomes a file's, so it must be one of a controller's.
    if (!/^[a-z]+(\.[A-Za-z0-9_]+)+$/.test(name) || name.startsWith("cgroup.") || typeof value !== "string")
      throw fail("E_LIMITS_FILE", { path, reason: `unified: ${name} is no file of a controller with a text` });
    return [name, value] as const;
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
