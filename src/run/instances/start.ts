// Starts an instance: the launcher is started apart from this process, tells when everything stands, gets leave once the instance is written
// down, and tells by silence that the program runs (docs/launch-plan.md, "Instances"). Killed at any moment, this leaves either a
// running instance with a record, or neither: at most a record that is stale.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import type { Socket } from "node:net";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { reasonOf } from "../../base/errors.ts";
import { publishFile, removeAbandoned } from "../../base/publish.ts";
import { type Lock, tryLock } from "../../oci/store/lock.ts";
import { selfIdentity, startTime } from "../../oci/store/process-identity.ts";
import { type Intermediary, LAUNCHER_ENVIRONMENT } from "../launch.ts";
import type { LaunchPlan } from "../launch-plan.ts";
import { hierarchyOf } from "../limits/control-group.ts";
import { encodePlan } from "../plan-format.ts";
import { fail } from "./errors.ts";
import { instanceFiles } from "./folder.ts";
import { refuseTaken } from "./known.ts";
import { type InstanceRecord, type JoinFacts, RECORD_FORMAT } from "./record.ts";

/** What is to be started. */
export interface InstanceStart {
  readonly folder: string;
  /** A checked name. */
  readonly name: string;
  readonly plan: LaunchPlan;
  readonly image: string;
  readonly join: JoinFacts;
  readonly stopSignal: string;
  /** Path of berth-launch. */
  readonly launcher: string;
  /** Who starts it, when that is a service manager. */
  readonly by?: Intermediary | undefined;
  readonly signal: AbortSignal;
  /** The clock, in milliseconds since 1970. */
  readonly now: () => number;
}

// Descriptors of the launcher behind the standard ones: the talk with it, and its plan.
const TALK = 3;
const PLAN = 4;
const MAX_WORDS = 64 * 1024;

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
  const { lock, owner } = await tryLock(instanceFiles(folder, name).lock);
  if (!lock) throw fail("E_INSTANCE_BUSY", { name, owner: owner ?? "it was there a moment ago" });
  try {
    await refuseTaken(folder, name);
    await removeAbandoned(instanceFiles(folder, name).record);
    return lock;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function begin(job: InstanceStart): Promise<InstanceRecord> {
  const child = spawnLauncher(job);
  const talk = child.stdio[TALK] as Socket;
  const stop = () => child.kill("SIGKILL");
  job.signal.addEventListener("abort", stop);
  const ended = new Promise<void>((resolve) => child.once("error", () => resolve()).once("exit", () => resolve()));
  try {
    givePlan(job, child);
    const words = conversation(talk);
    const ready = await words.next();
    if (ready !== "ready\n") throw notStarted(job, ready, child);
    const record = await recordOf(job, child.pid ?? 0);
    await publishFile(instanceFiles(job.folder, job.name).record, 0o600, async (file) => {
      await file.writeFile(`${JSON.stringify(record)}\n`);
    });
    talk.write("g");
    const last = await words.rest();
    if (last !== "" || child.exitCode !== null || child.signalCode !== null) throw notStarted(job, last, child);
    return record;
  } catch (error) {
    child.kill("SIGKILL");
    await ended;
    await rm(instanceFiles(job.folder, job.name).record, { force: true });
    job.signal.throwIfAborted();
    throw error;
  } finally {
    job.signal.removeEventListener("abort", stop);
    talk.destroy();
    child.unref();
  }
}

// A session of its own: neither the terminal nor the end of the caller's session reaches it. The plan goes through a pipe: no file of it is
// left when this process is killed.
function spawnLauncher(job: InstanceStart): ChildProcess {
  const { out, err } = instanceFiles(job.folder, job.name);
  const [first, ...before] = job.by?.before ?? [];
  const words = ["--fd", String(PLAN)];
  const logs = [out, err].map((path) => openSync(path, "a", 0o600));
  try {
    return spawn(first ?? job.launcher, first === undefined ? words : [...before, job.launcher, ...words], {
      // For people who look at the list of processes.
      ...(first === undefined ? { argv0: `berth-launch[${job.name}]` } : {}),
      detached: true,
      cwd: "/",
      env: job.by?.env ?? LAUNCHER_ENVIRONMENT,
      stdio: ["ignore", logs[0], logs[1], "pipe", "pipe"],
    });
  } finally {
    for (const log of logs) closeSync(log);
  }
}

function givePlan(job: InstanceStart, child: ChildProcess): void {
  const pipe = child.stdio[PLAN] as Writable;
  // A launcher that ends before it has read everything has said why.
  pipe.on("error", () => undefined);
  pipe.end(encodePlan({ ...job.plan, instance: TALK }));
}

/** What the launcher says: first that everything stands (or why not), then, until it closes, why the program did not start. */
function conversation(talk: Socket): { next(): Promise<string>; rest(): Promise<string> } {
  const chunks = talk.iterator({ destroyOnReturn: false });
  const next = async (): Promise<string> => {
    const chunk = await chunks.next();
    return chunk.done ? "" : String(chunk.value);
  };
  return {
    next,
    async rest() {
      let text = "";
      for (let more = await next(); more !== "" && text.length < MAX_WORDS; more = await next()) text += more;
      return text;
    },
  };
}

async function recordOf(job: InstanceStart, pid: number): Promise<InstanceRecord> {
  const { domain } = await selfIdentity();
  const { out, err } = instanceFiles(job.folder, job.name);
  const { name, image, stopSignal, join: joinFacts } = job;
  const started = new Date(job.now()).toISOString();
  // A service manager makes the group that the launcher is found in.
  const controlGroup = job.plan.controlGroup ?? (job.by ? groupOf(pid) : undefined);
  const start = (await startTime(pid)) ?? "0";
  return {
    format: RECORD_FORMAT,
    name,
    pid,
    start,
    domain,
    started,
    image,
    out,
    err,
    stopSignal,
    controlGroup,
    join: joinFacts,
  };
}

function groupOf(pid: number): string | undefined {
  const found = hierarchyOf(String(pid));
  return found && join(found.mount, found.own);
}

function notStarted({ folder, name }: InstanceStart, words: string, child: ChildProcess): Error {
  const said = words
    .replace(/^ready\n/, "")
    .replace(/^berth-launch: /, "")
    .trim();
  const ending = child.signalCode ? `it was killed by ${child.signalCode}` : "it ended without a word";
  return fail("E_INSTANCE_START", { name, reason: said || ending, log: instanceFiles(folder, name).err });
}
