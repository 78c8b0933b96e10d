// Runs a container in this process: it becomes the launcher, and that the program. Its status is the process's own, and nothing waits.

import { handoverMark, heldDescriptors } from "../platform/handover.ts";
import { becomeLauncher } from "../run/launch.ts";
import { encodePlan } from "../run/plan-format.ts";
import { ownProgram } from "../run/programs.ts";
import { ensureRuntimeDir } from "../run/runtime-dir.ts";
import { forgetContainer, reserveContainer, writeRecord } from "./containers.ts";
import { adjustScore, type ContainerWish, recordOf, writePidFile } from "./create.ts";
import { fail } from "./errors.ts";
import { makePoints, passedVariables, readyBundle } from "./prepare.ts";

/** Becomes the container; `keep`: what is known of it stays when it has ended. @throws E_BUNDLE_…, E_CONTAINER_…, E_DESCRIPTORS, E_EXECVE */
export async function runContainer(wish: ContainerWish, keep: boolean): Promise<never> {
  // A runtime of JavaScript marks what it inherits close-on-exec, and cannot take that back.
  if (wish.keepFds.length > 0) throw fail("E_DESCRIPTORS");
  // What MPI's launcher has given the front, the front still holds (platform/handover.ts).
  const held = wish.passEnv.length > 0 ? heldDescriptors(Object.fromEntries(passedVariables(wish))) : [];
  const ready = await readyBundle({ ...wish, keepFds: held }, wish.user);
  const launcher = ownProgram("berth-launch", wish.env);
  const runtime = ensureRuntimeDir(wish.env, wish.user);
  const files = await reserveContainer(wish.root, wish.id);
  // A front that waits becomes the launcher in the place of this process.
  const pid = Object.keys(handoverMark()).length > 0 ? process.ppid : process.pid;
  try {
    makePoints(ready);
    adjustScore(ready, pid);
    await writeRecord(files, await recordOf(wish, ready, { pid, started: true, passing: !keep }));
    await writePidFile(wish.pidFile, pid);
    return becomeLauncher(launcher, encodePlan(ready.plan), runtime);
  } catch (error) {
    forgetContainer(files);
    throw error;
  }
}
