// Which processes hold a mount: those in namespaces of their own that have it, and those that stand in it or have something of
// it open. A container that was detached lives on in its processes, and its device with it.

import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { type Mount, readMounts } from "./mount-table.ts";

/** A process that holds something. */
export interface Holder {
  readonly pid: number;
  /** The program's name as the kernel has it, control characters as `?`. */
  readonly name: string;
  readonly uid: number;
}

/** The processes outside our own mount namespace, or standing in the mount, that hold a mount of which `isIt` is true. */
export function holdersOf(isIt: (mount: Mount) => boolean, device: string | undefined): readonly Holder[] {
  // Our own namespace shows what is set up to everybody in it.
  const seen = new Map([[namespaceOf("self"), false]]);
  const number = device === undefined ? undefined : packed(device);
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => hasMount(pid, isIt, seen) || standsIn(pid, number)).flatMap(describe);
}

// Many processes share a namespace; it is read once.
function hasMount(pid: string, isIt: (mount: Mount) => boolean, seen: Map<string, boolean>): boolean {
  const namespace = namespaceOf(pid);
  if (namespace === "") return false;
  const known = seen.get(namespace);
  if (known !== undefined) return known;
  const has = readMounts(text(`/proc/${pid}/mountinfo`)).some(isIt);
  seen.set(namespace, has);
  return has;
}

function standsIn(pid: string, device: number | undefined): boolean {
  if (device === undefined) return false;
  const places = ["cwd", "root", "exe", ...names(`/proc/${pid}/fd`).map((name) => `fd/${name}`)];
  return places.some((place) => deviceOf(`/proc/${pid}/${place}`) === device);
}

function describe(pid: string): Holder[] {
  try {
    const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
    // A user names his processes, and root reads the names.
    const shown = name.replace(/[\x00-\x1f\x7f-\x9f]/g, "?");
    return [{ pid: Number(pid), name: shown, uid: statSync(`/proc/${pid}`).uid }];
  } catch {
    return []; // it has ended meanwhile
  }
}

function namespaceOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return "";
  }
}

function deviceOf(path: string): number | undefined {
  try {
    return statSync(path).dev;
  } catch {
    return undefined;
  }
}

function names(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

// As the kernel packs it for user space.
function packed(device: string): number {
  const [major = 0, minor = 0] = device.split(":").map(Number);
  return major * 256 + (minor & 0xff) + (minor & ~0xff) * 4096;
}
