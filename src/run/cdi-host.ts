// Whether the host has what devices bring, and how their nodes come into the container's /dev. A bind mount needs a name to lie on:
// the host's own /dev gets no new ones, so a container that needs one has a /dev of its own with all that is in the host's.

import { type Dirent, readdirSync, readlinkSync, type Stats, statSync } from "node:fs";
import type { DeviceEdits } from "./cdi-edits.ts";
import type { MountRecord } from "./launch-plan.ts";

/** What the container's /dev is. */
export interface DevForm {
  /** A new /dev with a few nodes; else the host's. */
  readonly minimal: boolean;
  /** With message queues of its own. */
  readonly ipc: boolean;
}

/** What is wrong with one thing that a device brings. */
export interface HostFault {
  readonly path: string;
  readonly reason: string;
}

/** Takes out what the host lacks, and says so. */
export function withoutFaults(edits: DeviceEdits): {
  readonly edits: DeviceEdits;
  readonly faults: readonly HostFault[];
} {
  const faults: HostFault[] = [];
  const mounts = edits.mounts.filter((mount) => {
    const reason = mount.op === "bind" ? faultOf(mount) : undefined;
    if (reason !== undefined && mount.op === "bind") faults.push({ path: mount.source, reason });
    return reason === undefined;
  });
  return { edits: { ...edits, mounts }, faults };
}

function faultOf({ source, flags }: Extract<MountRecord, { op: "bind" }>): string | undefined {
  const info = lookAt(source);
  if (info === undefined) return "it does not exist, or cannot be reached";
  // A device node is bound with this flag alone; a file may lie below /dev too.
  const isNode = flags.length === 1 && flags[0] === "dev";
  const fits = info.isCharacterDevice() || info.isBlockDevice() || info.isFIFO();
  return isNode && !fits ? "it is no device" : undefined;
}

/** The mounts for a container with such a /dev: names that are there already need nothing. */
export function placeNodes(mounts: readonly MountRecord[], form: DevForm): MountRecord[] {
  const inDev = (mount: MountRecord) => mount.target.startsWith("/dev/");
  if (form.minimal) return [...mounts];
  const needed = mounts.filter((mount) => !(inDev(mount) && mount.op === "bind" && mount.source === mount.target));
  const isNew = needed.some((mount) => inDev(mount) && lookAt(mount.target) === undefined);
  return isNew ? [...wholeDev(form), ...needed] : needed;
}

/** A /dev that can be added to. */
function wholeDev({ ipc }: DevForm): MountRecord[] {
  const records: MountRecord[] = [{ op: "tmpfs", target: "/dev", size: 1024 * 1024, mode: 0o755 }];
  for (const entry of entries("/dev")) {
    const target = `/dev/${entry.name}`;
    if (entry.name === "mqueue" && ipc) records.push({ op: "mqueue", target });
    else if (entry.isSymbolicLink()) records.push(...linkTo(target));
    else records.push({ op: "bind", source: target, target, flags: ["dev", "try"] });
  }
  return records;
}

function linkTo(target: string): MountRecord[] {
  try {
    return [{ op: "link", target, to: readlinkSync(target) }];
  } catch {
    // It went away.
    return [];
  }
}

function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function entries(dir: string): Dirent[] {
  return readdirSync(dir, { withFileTypes: true });
}
