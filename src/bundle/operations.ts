// What is done with a container that was made: start, signal, state and removal (OCI runtime specification, runtime.md "Operations").

import { closeSync, constants, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { errnoOf, reasonOf } from "../base/errors.ts";
import {
  type ContainerFiles,
  type ContainerRecord,
  type ContainerStatus,
  containerFiles,
  forgetContainer,
  isAlive,
  knownContainer,
  theContainer,
  writeRecord,
} from "./containers.ts";
import { fail } from "./errors.ts";

/** How long a launcher may take to come to its gate, and a killed container to end, in milliseconds. */
const PATIENCE = 10_000;
const STEP = 5;

/** Starts the program of a container. @throws E_CONTAINER_… */
export async function startContainer(root: string, id: string, signal: AbortSignal): Promise<void> {
  const { record, status } = await theContainer(root, id);
  const want = "only a container that was created and never started can be started";
  if (status !== "created") throw fail("E_CONTAINER_STATUS", { verb: "start", id, status, want });
  const files = containerFiles(root, id);
  const plan = takePlan(files, id);
  const gate = await openGate(files, record, signal);
  // What asks for the state from now on meets a container that runs.
  await writeRecord(files, { ...record, started: true });
  try {
    writeAll(gate, plan);
  } catch (cause) {
    throw fail("E_CONTAINER_START", { id, reason: reasonOf(cause) }, { cause });
  } finally {
    closeSync(gate);
    rmSync(files.gate, { force: true });
  }
}

// Of several calls at one moment, the one that takes the plan away starts the container.
function takePlan({ plan }: ContainerFiles, id: string): Buffer {
  const mine = `${plan}.${process.pid}`;
  try {
    renameSync(plan, mine);
    const bytes = readFileSync(mine);
    rmSync(mine);
    return bytes;
  } catch (cause) {
    const want = "another call starts it at this moment";
    throw fail("E_CONTAINER_STATUS", { verb: "start", id, status: "being started", want }, { cause });
  }
}

// Opening a FIFO fails as long as nobody reads: the launcher was started a moment ago.
async function openGate({ gate }: ContainerFiles, record: ContainerRecord, signal: AbortSignal): Promise<number> {
  const { id } = record;
  for (let waited = 0; waited < PATIENCE; waited += STEP) {
    try {
      const opened = openSync(gate, constants.O_WRONLY | constants.O_NONBLOCK);
      // A plan may be larger than a pipe. The reader must never be without a writer: it would take that for the plan's end.
      const blocking = openSync(gate, constants.O_WRONLY);
      closeSync(opened);
      return blocking;
    } catch (cause) {
      if (errnoOf(cause) !== "ENXIO") throw fail("E_CONTAINER_START", { id, reason: reasonOf(cause) }, { cause });
    }
    if (!(await isAlive(record))) throw fail("E_CONTAINER_START", { id, reason: "its process has ended" });
    await pause(STEP, undefined, { signal });
  }
  throw fail("E_CONTAINER_START", { id, reason: "its launcher does not answer" });
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

/** Sends a signal to a container's process. @throws E_CONTAINER_… */
export async function killContainer(root: string, id: string, signal: number): Promise<void> {
  const { record, status } = await theContainer(root, id);
  const want = "only a container that is created or runs can be sent a signal";
  if (status === "stopped") throw fail("E_CONTAINER_STATUS", { verb: "kill", id, status, want });
  send(record, signal);
}

function send({ id, pid }: ContainerRecord, signal: number): void {
  try {
    process.kill(pid, signal);
  } catch (cause) {
    // It ended by itself meanwhile.
    if (errnoOf(cause) === "ESRCH") return;
    throw fail("E_CONTAINER_KILL", { id, pid, reason: reasonOf(cause) }, { cause });
  }
}

/** Removes what is known of a container that has ended; with `force` ends it first, and a missing one is no failure. @throws E_CONTAINER_… */
export async function deleteContainer(root: string, id: string, force: boolean, signal: AbortSignal): Promise<void> {
  const known = await knownContainer(root, id);
  const files = containerFiles(root, id);
  if (known === undefined && force) return forgetContainer(files);
  const { record, status } = known ?? (await theContainer(root, id));
  if (status !== "stopped") {
    const want = "end it first, or use --force";
    if (!force) throw fail("E_CONTAINER_STATUS", { verb: "delete", id, status, want });
    send(record, 9);
    for (let waited = 0; (await isAlive(record)) && waited < PATIENCE; waited += STEP)
      await pause(STEP, undefined, { signal });
    if (await isAlive(record)) throw fail("E_CONTAINER_KILL", { id, pid: record.pid, reason: "it does not end" });
  }
  forgetContainer(files);
}

/** The state of a container (OCI runtime specification, runtime.md "State"), with what other runtimes add. */
export interface ContainerState {
  readonly ociVersion: string;
  readonly id: string;
  readonly status: ContainerStatus;
  /** 0 when it has ended. */
  readonly pid: number;
  readonly bundle: string;
  readonly rootfs: string;
  readonly created: string;
  readonly owner: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The state. @throws E_CONTAINER_ID, E_CONTAINER_NONE */
export async function containerState(root: string, id: string): Promise<ContainerState> {
  const { record, status } = await theContainer(root, id);
  const { ociVersion, bundle, rootfs, created, owner, annotations } = record;
  const pid = status === "stopped" ? 0 : record.pid;
  return { ociVersion, id, status, pid, bundle, rootfs, created, owner, annotations };
}
