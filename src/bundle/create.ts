// Makes a container that waits for its start: its process is there and its plan is written down and checked. The launcher waits where it
// opens its plan, a FIFO; so nothing else has to live between create and start.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { reasonOf } from "../base/errors.ts";
import { startTime } from "../oci/store/process-identity.ts";
import type { User } from "../platform/user.ts";
import { instanceDomain } from "../run/instances/known.ts";
import { LAUNCHER_ENVIRONMENT } from "../run/launch.ts";
import { encodePlan } from "../run/plan-format.ts";
import { ownProgram, systemProgram } from "../run/programs.ts";
import {
  type ContainerFiles,
  type ContainerRecord,
  forgetContainer,
  RECORD_FORMAT,
  reserveContainer,
  writeRecord,
} from "./containers.ts";
import { fail } from "./errors.ts";
import { type BundleWish, makePoints, type ReadyBundle, readyBundle } from "./prepare.ts";

/** What is to be made, for whom. */
export interface ContainerWish extends BundleWish {
  readonly id: string;
  /** Folder of the known containers. */
  readonly root: string;
  /** Where the process's number shall be written. */
  readonly pidFile: string | undefined;
  readonly user: User;
  /** The clock, in milliseconds since 1970. */
  readonly now: () => number;
}

/** Makes the container. @throws E_BUNDLE_…, E_CONTAINER_…, E_PID_FILE_WRITE */
export async function createContainer(wish: ContainerWish): Promise<void> {
  const ready = await readyBundle(wish, wish.user);
  const files = await reserveContainer(wish.root, wish.id);
  let pid: number | undefined;
  try {
    makePoints(ready);
    writeFileSync(files.plan, encodePlan(ready.plan), { mode: 0o600 });
    makeGate(files, wish);
    pid = await startWaiting(files, ready, wish);
    adjustScore(ready, pid);
    await writeRecord(files, await recordOf(wish, ready, { pid, started: false, passing: false }));
    await writePidFile(wish.pidFile, pid);
  } catch (error) {
    if (pid !== undefined) end(pid);
    forgetContainer(files);
    throw error;
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself; what is told is why the container was not made.
  }
}

// The launcher itself says whether the plan is sound, before anything waits for it.
function makeGate({ gate, plan }: ContainerFiles, { id, env }: ContainerWish): void {
  const checked = spawnSync(ownProgram("berth-launch", env), ["--check", plan], { encoding: "utf8" });
  const unsound = checked.error?.message ?? checked.stderr.replace(/^berth-launch: /, "").trim();
  if (checked.status !== 0) throw fail("E_CONTAINER_START", { id, reason: unsound });
  const made = spawnSync(systemProgram("mkfifo", env) ?? "mkfifo", ["-m", "600", gate], { encoding: "utf8" });
  const reason = made.error?.message ?? made.stderr.trim();
  if (made.status !== 0) throw fail("E_CONTAINER_STATE", { path: gate, reason });
}

// A session of its own, as other runtimes give it; output and input are the caller's.
async function startWaiting(
  { gate }: ContainerFiles,
  { plan }: ReadyBundle,
  { id, env }: ContainerWish,
): Promise<number> {
  const child = spawn(ownProgram("berth-launch", env), [gate], {
    detached: true,
    cwd: "/",
    env: LAUNCHER_ENVIRONMENT,
    stdio: ["inherit", "inherit", "inherit", ...plan.keepFds],
  });
  await Promise.race([once(child, "spawn"), once(child, "error").then(([error]) => Promise.reject(error))]).catch(
    (cause) => {
      throw fail("E_CONTAINER_START", { id, reason: reasonOf(cause) }, { cause });
    },
  );
  child.unref();
  return child.pid ?? 0;
}

/** The record of a container whose process is this one. */
export async function recordOf(
  { id, user, now }: ContainerWish,
  { bundle, root, config }: ReadyBundle,
  about: Pick<ContainerRecord, "pid" | "started" | "passing">,
): Promise<ContainerRecord> {
  return {
    ...{ format: RECORD_FORMAT, id, ociVersion: config.ociVersion, bundle, rootfs: root, ...about },
    start: (await startTime(about.pid)) ?? "0",
    domain: await instanceDomain(),
    created: new Date(now()).toISOString(),
    owner: user.name,
    annotations: config.annotations,
  };
}

/** Sets a process's place in the order of those that are ended when memory runs out. @throws E_BUNDLE_REFUSED */
export function adjustScore({ config, bundle }: ReadyBundle, pid: number): void {
  const { oomScoreAdj } = config.process;
  if (oomScoreAdj === undefined) return;
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, String(oomScoreAdj));
  } catch (cause) {
    const why = "an ordinary user can only raise it";
    throw fail("E_BUNDLE_REFUSED", { path: `${bundle}/config.json`, name: "process.oomScoreAdj", why }, { cause });
  }
}

/** Writes the number of the container's process. @throws E_PID_FILE_WRITE */
export async function writePidFile(path: string | undefined, pid: number): Promise<void> {
  if (path === undefined) return;
  try {
    await writeFile(path, String(pid));
  } catch (cause) {
    throw fail("E_PID_FILE_WRITE", { path, reason: reasonOf(cause) }, { cause });
  }
}
