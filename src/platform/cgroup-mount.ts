// Where the one hierarchy of cgroup v2 is mounted. Knows nothing of who may do what in it.

/** The place of cgroup v2 in the text of /proc/PID/mountinfo (proc(5)); undefined where it is not mounted. */
export function unifiedMount(mountinfo: string): string | undefined {
  // Four words stand before the place; of the optional ones behind it there may be any number.
  return /^(?:\S+ ){4}(\S+) \S+ (?:.* )?- cgroup2 /m.exec(mountinfo)?.[1];
}
