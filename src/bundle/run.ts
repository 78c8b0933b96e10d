// Runs a container in this process: it becomes the launcher, and that the program. Its status is the process's own, and nothing waits.

import { becomeLauncher } from "../run/launch.ts";
import { encodePlan } from "../run/plan-format.ts";
import { ownProgram } from "../run/programs.ts";
import { ensureRuntimeDir } from "../run/runtime-dir.ts";
import { forgetContainer, reserveContainer, writeRecord } from "./containers.ts";
import { adjustScore, type ContainerWish, recordOf, writePidFile } from "./create.ts";
import { fail } from "./errors.ts";
import { makePoints, readyBundle } from "./prepare.ts";

/** Becomes the container; `keep`: what is known of it stays when it has ended. @throws E_BUNDLE_…, E_CONTAINER_…, E_DESCRIPTORS, E_EXECVE */
export async function runContainer(wish: ContainerWish, keep: boolean): Promise<never> {
  // A runtime of JavaScript marks what it inherits close-on-exec, and cannot take that back.
  if (wish.keepFds.length > 0) throw fail("E_DESCRIPTORS");
  const ready = readyBundle(wish, wish.user);
  const launcher = ownProgram("berth-launch", wish.env);
  const runtime = ensureRuntimeDir(wish.env, wish.user);
  const files = await reserveContainer(wish.root, wish.id);
  const { pid } = process;
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
