// Whether a container uses an overlay file right now: the launcher's locks, as the kernel lists them for the whole machine.
// Locks of other machines on a network file system are not in the list.

import { readFileSync, statSync } from "node:fs";

/** True when some process of this machine holds a lock on the file. */
export function isLocked(path: string): boolean {
  const { dev, ino } = statSync(path, { bigint: true });
  const hex = (value: bigint) => value.toString(16).padStart(2, "0");
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  return listed(readLocks(), `${hex(major)}:${hex(minor)}:${ino}`);
}

/** True when the kernel's list has a lock (not one that waits) of this device and inode. */
export function listed(locks: string, file: string): boolean {
  return locks.split("\n").some((line) => {
    const words = line.split(/\s+/);
    return words[1] !== "->" && words.includes(file);
  });
}

function readLocks(): string {
  try {
    return readFileSync("/proc/locks", "utf8");
  } catch {
    return "";
  }
}
