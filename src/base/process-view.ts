// Whether /proc tells of every process. Where it hides those of others (hidepid, usual on shared machines) it also hides the
// caller's own from a build's namespace, so that what it does not show may well be alive.

import { readFileSync } from "node:fs";

/** True when a process that /proc does not show, or says nothing of, has ended. */
export function showsAllProcesses(mountinfo = readFileSync("/proc/self/mountinfo", "utf8")): boolean {
  const lines = mountinfo.split("\n").filter((line) => line.split(" ")[4] === "/proc");
  // Mounts lie over each other; the last is what is seen.
  const options = (lines.at(-1)?.split(" - ")[1]?.split(" ")[2] ?? "").split(",");
  return !options.some((option) => option.startsWith("hidepid=") && !/^hidepid=(?:0|off)$/.test(option));
}
