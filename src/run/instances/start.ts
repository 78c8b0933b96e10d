// Starts an instance: the launcher gets leave to begin only when the instance is written down. Killed at any moment, this leaves either
// a running instance with a record, or neither: at most a record that is stale.

import { mkdir, rm } from "node:fs/promises";
import { reasonOf } from "../../base/errors.ts";
import { publishFile, removeAbandoned } from "../../base/publish.ts";
import { type Lock, tryLock } from "../../oci/store/lock.ts";
import { startTime } from "../../oci/store/process-identity.ts";
import { groupOf } from "../limits/control-group.ts";
import { fail } from "./errors.ts";
import { instanceFiles } from "./folder.ts";
import { instanceDomain, refuseTaken } from "./known.ts";
import { type LauncherStart, startLauncher } from "./launcher.ts";
import { type InstanceRecord, type JoinFacts, RECORD_FORMAT } from "./record.ts";

/** What is to be started; the name is a checked one. */
export interface InstanceStart extends Omit<LauncherStart, "out" | "err"> {
  readonly folder: string;
  readonly image: string;
  readonly join: JoinFacts;
  readonly stopSignal: string;
  readonly signal: AbortSignal;
  /** The clock, in milliseconds since 1970. */
  readonly now: () => number;
}

/** Starts the instance and answers its record once its program runs. @throws E_INSTANCE_… */
export async function startInstance(job: InstanceStart): Promise<InstanceRecord> {
  const lock = await reserve(job);
  try {
    return await begin(job);
  } finally {
    await lock.release();
  }
}

async function reserve({ folder, name }: InstanceStart): Promise<Lock> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw fail("E_INSTANCE_STATE", { path: folder, reason: reasonOf(cause) }, { cause });
  }
  const files = instanceFiles(folder, name);
  const { lock, owner } = await tryLock(files.lock);
  if (!lock) throw fail("E_INSTANCE_BUSY", { name, owner: owner ?? "it was there a moment ago" });
  try {
    await refuseTaken(folder, name);
    await removeAbandoned(files.record);
    return lock;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function begin(job: InstanceStart): Promise<InstanceRecord> {
  const { record: path, out, err } = instanceFiles(job.folder, job.name);
  const launcher = startLauncher({ ...job, out, err });
  const kill = () => void launcher.kill();
  job.signal.addEventListener("abort", kill);
  try {
    await launcher.standing();
    const record = await recordOf(job, launcher.pid);
    await publishFile(path, 0o600, (file) => file.writeFile(`${JSON.stringify(record)}\n`));
    await launcher.begin();
    return record;
  } catch (error) {
    await launcher.kill();
    await rm(path, { force: true });
    job.signal.throwIfAborted();
    throw error;
  } finally {
    job.signal.removeEventListener("abort", kill);
    launcher.release();
  }
}

async function recordOf(job: InstanceStart, pid: number): Promise<InstanceRecord> {
  const { name, image, stopSignal } = job;
  const { out, err } = instanceFiles(job.folder, name);
  return {
    ...{ format: RECORD_FORMAT, name, pid, image, out, err, stopSignal, join: job.join },
    start: (await startTime(pid)) ?? "0",
    domain: await instanceDomain(),
    started: new Date(job.now()).toISOString(),
    // A service manager makes the group that the launcher is found in.
    controlGroup: job.plan.controlGroup ?? (job.by && job.by.before.length > 0 ? groupOf(pid) : undefined),
  };
}
