// /dev of the container: the host's, or a minimal one (spec/apptainer.md 1.3, "--contain"). Pure.

import type { MountRecord } from "./launch-plan.ts";

const NODES = ["null", "zero", "full", "random", "urandom", "tty"];
const LINKS = [
  ["fd", "/proc/self/fd"],
  ["stdin", "/proc/self/fd/0"],
  ["stdout", "/proc/self/fd/1"],
  ["stderr", "/proc/self/fd/2"],
] as const;

/** What /dev shall be. */
export interface DeviceWishes {
  readonly minimal: boolean;
  /** Without new pseudo terminals (`--no-mount devpts`). */
  readonly pts: boolean;
  /** A new IPC namespace has message queues of its own. */
  readonly ipc: boolean;
  /** Bytes for /dev/shm. */
  readonly shmSize: number;
}

/** The records that make /dev. */
export function deviceMounts(wishes: DeviceWishes): MountRecord[] {
  if (!wishes.minimal) {
    const host: MountRecord = { op: "bind", source: "/dev", target: "/dev", flags: ["dev"] };
    return wishes.ipc ? [host, { op: "mqueue", target: "/dev/mqueue" }] : [host];
  }
  const records: MountRecord[] = [{ op: "tmpfs", target: "/dev", size: 65_536, mode: 0o755 }];
  for (const node of NODES) {
    records.push({ op: "bind", source: `/dev/${node}`, target: `/dev/${node}`, flags: ["dev", "try"] });
  }
  for (const [name, to] of LINKS) records.push({ op: "link", target: `/dev/${name}`, to });
  if (wishes.pts)
    records.push({ op: "devpts", target: "/dev/pts" }, { op: "link", target: "/dev/ptmx", to: "pts/ptmx" });
  records.push({ op: "tmpfs", target: "/dev/shm", size: wishes.shmSize, mode: 0o1777 });
  if (wishes.ipc) records.push({ op: "mqueue", target: "/dev/mqueue" });
  return records;
}
