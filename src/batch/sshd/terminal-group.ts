// The group that new terminals of this node get, from how /dev/pts is mounted.

import { readIfAny } from "../../platform/access.ts";

/** Its number; undefined: that of who opens a terminal. */
export function terminalGroup(mountinfo = readIfAny("/proc/self/mountinfo")): number | undefined {
  const lines = mountinfo.split("\n").filter((line) => line.split(" ")[4] === "/dev/pts");
  // Mounts lie over each other; the last is what is seen.
  const group = /(?:^|,)gid=(\d+)/.exec(lines.at(-1)?.split(" - ")[1]?.split(" ")[2] ?? "")?.[1];
  return group === undefined ? undefined : Number(group);
}
