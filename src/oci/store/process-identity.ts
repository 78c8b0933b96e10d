// Who holds a lock: a process, told apart from a later one with the same number by its start time, and from one of
// another machine or pid namespace by its domain. Knows nothing of what is locked.

import { readFile, readlink, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { showsAllProcesses } from "../../base/process-view.ts";

/** One process, as written into a lock. */
export interface ProcessIdentity {
  /** Machine boot and the /proc that numbers were read from: only inside one domain does a process number mean anything. */
  readonly domain: string;
  /** For people. */
  readonly host: string;
  readonly pid: number;
  /** Clock ticks after boot (proc(5), stat, field 22). */
  readonly start: string;
}

let known: ProcessIdentity | undefined;

/** The calling process. Where /proc is not ours, or hides processes, the domain is one nobody else has: then only heartbeats count. */
export async function selfIdentity(): Promise<ProcessIdentity> {
  if (known) return known;
  const host = hostname();
  try {
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    // By the number that /proc has for us: in a pid namespace that keeps the host's /proc, as a build does, others know
    // us by that one.
    const pid = Number(await readlink("/proc/self"));
    const start = await startTime(pid);
    if (start && showsAllProcesses()) {
      known = { domain: `${boot} ${(await stat("/proc")).dev}`, host, pid, start };
      return known;
    }
  } catch {
    // No usable /proc: fall through.
  }
  const { pid } = process;
  return { domain: `unknown ${host} ${pid} ${process.hrtime.bigint()}`, host, pid, start: "0" };
}

/** Start time of a live process of our domain; nothing when there is none. */
export async function startTime(pid: number): Promise<string | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, "utf8");
    // The name, in brackets, may hold anything; the fields after the last bracket begin with field 3.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Reads what `JSON.stringify` of an identity wrote; nothing when it is something else. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { domain, host, pid, start } = value as Record<string, unknown>;
    if (typeof domain !== "string" || typeof host !== "string") return undefined;
    if (typeof pid !== "number" || !Number.isSafeInteger(pid) || typeof start !== "string") return undefined;
    return { domain, host, pid, start };
  } catch {
    return undefined;
  }
}
