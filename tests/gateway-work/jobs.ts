// The job processes of this test process, found as the kernel knows them.

import { readdirSync, readFileSync } from "node:fs";

/** Numbers of the running job processes that this process has started, and of everything in their groups. */
export function jobProcesses(): readonly number[] {
  const found: number[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8");
      if (Number(parent) === process.pid && state !== "Z" && words.includes("gateway-job")) found.push(Number(name));
    } catch {
      // Gone meanwhile.
    }
  }
  return found;
}

/** Kills the one job that runs, as a crash or the kernel would. */
export function killJob(): void {
  const [pid, ...more] = jobProcesses();
  if (pid === undefined || more.length > 0) throw new Error(`${more.length + 1} jobs run, not one`);
  process.kill(pid, "SIGKILL");
}
