// What a demo could have left on the machine, told apart from others' by the demo's folder.

import { readdir } from "node:fs/promises";
import { readIfAny } from "../platform/access.ts";
import { mountsBelow, processesNaming } from "./clearing.ts";

/** Everything that belongs to the folder and should be gone, for people. */
export interface Remains {
  readonly processes: readonly string[];
  readonly mounts: readonly string[];
  readonly loops: readonly string[];
}

/** Looks for it. */
export async function remainsOf(folder: string): Promise<Remains> {
  const pids = await processesNaming(folder);
  return {
    processes: pids.map((pid) => readIfAny(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim()),
    mounts: await mountsBelow(folder),
    loops: await loopsBelow(folder),
  };
}

/** Loop devices that are attached to files of the folder, though these may be removed by now. */
export async function loopsBelow(folder: string): Promise<readonly string[]> {
  const devices = (await readdir("/sys/block").catch(() => [])).filter((name) => name.startsWith("loop"));
  return devices.filter((name) => readIfAny(`/sys/block/${name}/loop/backing_file`).startsWith(`${folder}/`));
}
