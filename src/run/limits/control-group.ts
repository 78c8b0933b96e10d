// A control group for one launch: where this user may make one, and making it. Groups of launches that have ended are removed on the way.

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { defineErrors, reasonOf } from "../../base/errors.ts";
import { canWrite, readIfAny } from "../../platform/access.ts";
import { unifiedMount } from "../../platform/cgroup-mount.ts";
import { controllersOf } from "./translate.ts";

const fail = defineErrors({
  E_LIMIT_GROUP: {
    text: "no control group for the limits can be made in {place}: {reason}",
    hint: "groups of launches that still run may have used up what is allowed there (cgroup.max.descendants)",
  },
  E_LIMIT_REFUSED: {
    text: "the limit {file} = {value} was refused by the kernel: {reason}",
    hint: "is it within the limits of your session or job? they are in {group}",
  },
});

/** The hierarchy of cgroup v2, and this process's place in it. */
export interface Hierarchy {
  /** Where it is mounted. */
  readonly mount: string;
  /** Path of the own group below it, beginning with `/`. */
  readonly own: string;
}

/** The hierarchy of a process (`self`, or a number); undefined where there is no cgroup v2. */
export function hierarchyOf(process: string): Hierarchy | undefined {
  const mount = unifiedMount(readIfAny("/proc/self/mountinfo"));
  const own = /^0::(\/.*)$/m.exec(readIfAny(`/proc/${process}/cgroup`))?.[1];
  // A path that leads out of what this namespace sees is of no use.
  return mount === undefined || own === undefined || own.includes("/..") ? undefined : { mount, own };
}

/** Path of the group that a process is in. */
export function groupOf(pid: number): string | undefined {
  const found = hierarchyOf(String(pid));
  return found && join(found.mount, found.own);
}

/** The nearest group at or above the own one in which a group with these controllers can be made. */
export function findPlace({ mount, own }: Hierarchy, controllers: readonly string[]): string | undefined {
  for (let group = join(mount, own); group.startsWith(mount); group = dirname(group)) {
    // Moving a process takes the right to write this list in the group above both places.
    if (!canWrite(group) || !canWrite(join(group, "cgroup.procs"))) return undefined;
    if (controllers.every((name) => enabled(group, name))) return group;
    if (group === mount) break;
  }
  return undefined;
}

// A group with processes of its own cannot hand controllers down; then one above it may.
function enabled(group: string, controller: string): boolean {
  const control = join(group, "cgroup.subtree_control");
  const words = (name: string) => readIfAny(join(group, name)).trim().split(" ");
  if (words("cgroup.subtree_control").includes(controller)) return true;
  if (!words("cgroup.controllers").includes(controller)) return false;
  try {
    writeFileSync(control, `+${controller}`);
    return true;
  } catch {
    return false;
  }
}

/** Makes a group in `place` with these files' values, and answers its path. @throws E_LIMIT_GROUP, E_LIMIT_REFUSED */
export function makeGroup(place: string, files: ReadonlyMap<string, string>): string {
  sweep(place);
  const group = join(place, `berth-${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    mkdirSync(group, { mode: 0o755 });
  } catch (cause) {
    throw fail("E_LIMIT_GROUP", { place, reason: reasonOf(cause) }, { cause });
  }
  let at = { file: "", value: "" };
  try {
    for (const [file, value] of files) {
      at = { file, value };
      writeFileSync(join(group, file), value);
    }
    return group;
  } catch (cause) {
    rmdirSync(group);
    throw fail("E_LIMIT_REFUSED", { ...at, group, reason: reasonOf(cause) }, { cause });
  }
}

// Nobody stays behind a launch to remove its group. The kernel refuses while a process is in it.
function sweep(place: string): void {
  for (const name of readdirSync(place)) {
    const maker = /^berth-(\d+)-[0-9a-f]{8}$/.exec(name)?.[1];
    if (maker === undefined || existsSync(`/proc/${maker}`)) continue;
    try {
      rmdirSync(join(place, name));
    } catch {
      // Of an instance that runs, or another's.
    }
  }
}

/** True when a process of the own group may move into `group`. */
export function mayEnter({ mount, own }: Hierarchy, group: string): boolean {
  let above = join(mount, own);
  while (above !== mount && group !== above && !group.startsWith(`${above}/`)) above = dirname(above);
  return canWrite(join(above, "cgroup.procs")) && canWrite(join(group, "cgroup.procs"));
}

/** The controllers that this list of files needs and the hierarchy does not have. */
export function missingControllers({ mount }: Hierarchy, files: Iterable<string>): readonly string[] {
  const there = readIfAny(join(mount, "cgroup.controllers")).trim().split(" ");
  return controllersOf(files).filter((name) => !there.includes(name));
}
