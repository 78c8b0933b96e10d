// Leaves the machine as it was: what berth keeps running and mounted for the demo's images is ended, and the demo's
// folder removed. Everything is told apart from others' by the folder's own name, which holds a random part.

import { readdir, readFile, rm } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { output } from "./process.ts";

const TIME = 20_000;

/** Ends the keepers of image mounts below the folder, then any mount that is left, then removes the folder. */
export async function clearStage(folder: string): Promise<void> {
  // Clearing must go on when the demo is given up: it has a time of its own.
  const signal = AbortSignal.timeout(TIME);
  await endProcesses(folder, signal);
  for (const mount of await mountsBelow(folder)) {
    await output("fusermount3", ["-u", "-z", mount], signal);
    if ((await mountsBelow(folder)).includes(mount)) await output("umount", ["-l", mount], signal);
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(async () => {
    await output("chmod", ["-R", "u+rwX", folder], AbortSignal.timeout(TIME));
    await rm(folder, { recursive: true, force: true });
  });
}

/** How often the keepers are asked to end, and from when on they are made to. */
const PATIENCE = { step: 20, ask: [0, 10], kill: 250 } as const;

// berth-mount (native/berth-mount.c) retires its mount on SIGTERM, at the second one without waiting for others.
async function endProcesses(folder: string, signal: AbortSignal): Promise<void> {
  for (let round = 0; !signal.aborted; round += 1) {
    const left = await processesNaming(folder);
    if (left.length === 0) return;
    if (round === PATIENCE.ask[0] || round === PATIENCE.ask[1]) for (const pid of left) tell(pid, "SIGTERM");
    if (round === PATIENCE.kill) for (const pid of left) tell(pid, "SIGKILL");
    await pause(PATIENCE.step);
  }
}

function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}

/** Processes with a path below the folder among their arguments. */
export async function processesNaming(folder: string): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
      return pid !== process.pid && words.some((word) => word.startsWith(`${folder}/`)) ? [pid] : [];
    }),
  );
  return found.flat();
}

/** Mount points below a folder, deepest first (proc(5), mountinfo: field 5, with octal escapes). */
export async function mountsBelow(folder: string): Promise<readonly string[]> {
  const lines = (await readFile("/proc/self/mountinfo", "utf8")).split("\n");
  const points = lines.map((line) =>
    (line.split(" ")[4] ?? "").replace(/\\([0-7]{3})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 8)),
    ),
  );
  return points.filter((point) => point.startsWith(`${folder}/`)).reverse();
}
