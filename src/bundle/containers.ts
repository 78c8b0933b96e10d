// The containers that are known below a folder: one folder each, with what was written down of it. A container is what its process is:
// nothing runs on its behalf.

import { lstatSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BerthError, errnoOf, reasonOf } from "../base/errors.ts";
import { publishFile } from "../base/publish.ts";
import { startTime } from "../oci/store/process-identity.ts";
import { readRegular } from "../platform/access.ts";
import { type Environment, runtimeDir, type User } from "../platform/user.ts";
import { instanceDomain } from "../run/instances/known.ts";
import { fail } from "./errors.ts";

/** What is written down of a container. */
export interface ContainerRecord {
  readonly format: number;
  readonly id: string;
  readonly ociVersion: string;
  /** Absolute paths. */
  readonly bundle: string;
  readonly rootfs: string;
  /** The process: the launcher, which becomes the program or waits for it. */
  readonly pid: number;
  /** Its start in clock ticks after boot. */
  readonly start: string;
  /** Boot and /proc in which the number means something. */
  readonly domain: string;
  /** ISO 8601. */
  readonly created: string;
  readonly owner: string;
  /** `berth oci start` was there, or was not needed. */
  readonly started: boolean;
  /** Made by `run`: known no longer than it runs. */
  readonly passing: boolean;
  readonly annotations: Readonly<Record<string, string>>;
}

export type ContainerStatus = "created" | "running" | "stopped";

export const RECORD_FORMAT = 1;
const MAX_RECORD_BYTES = 4 * 1024 * 1024;
const ID = /^[A-Za-z0-9_+-][A-Za-z0-9_+.@-]{0,1023}$/;

/** The folder of containers when --root names none. */
export function defaultRoot(env: Environment, user: User): string {
  return join(runtimeDir(env, user), "oci");
}

/** A container's files. */
export interface ContainerFiles {
  readonly dir: string;
  readonly record: string;
  /** The launch plan, until it is started. */
  readonly plan: string;
  /** A FIFO at which its launcher waits for the plan. */
  readonly gate: string;
}

/** The files of a container. @throws E_CONTAINER_ID */
export function containerFiles(root: string, id: string): ContainerFiles {
  if (!ID.test(id)) throw fail("E_CONTAINER_ID", { id });
  const dir = join(root, id);
  return { dir, record: join(dir, "state.json"), plan: join(dir, "plan"), gate: join(dir, "gate") };
}

/** Takes an id. What an ended `run` has left is cleared away. @throws E_CONTAINER_ID, E_CONTAINER_EXISTS, E_CONTAINER_STATE */
export async function reserveContainer(root: string, id: string): Promise<ContainerFiles> {
  const files = containerFiles(root, id);
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    await knownContainer(root, id);
    mkdirSync(files.dir, { mode: 0o700 });
    return files;
  } catch (cause) {
    if (cause instanceof BerthError) throw cause;
    if (errnoOf(cause) === "EEXIST") throw fail("E_CONTAINER_EXISTS", { id });
    throw fail("E_CONTAINER_STATE", { path: root, reason: reasonOf(cause) }, { cause });
  }
}

/** Forgets a container. */
export function forgetContainer({ dir }: ContainerFiles): void {
  rmSync(dir, { recursive: true, force: true });
}

/** Writes the record down. */
export async function writeRecord(files: ContainerFiles, record: ContainerRecord): Promise<void> {
  await publishFile(files.record, 0o600, (file) => file.writeFile(`${JSON.stringify(record)}\n`));
}

/** The record of a container and what it is at this moment; undefined when there is none. @throws E_CONTAINER_ID, E_CONTAINER_STATE */
export async function knownContainer(
  root: string,
  id: string,
): Promise<{ readonly record: ContainerRecord; readonly status: ContainerStatus } | undefined> {
  const files = containerFiles(root, id);
  refuseForeign(root);
  const record = parseRecord(readRegular(files.record, MAX_RECORD_BYTES));
  if (record === undefined) return undefined;
  const status = await statusOf(record);
  if (status !== "stopped" || !record.passing) return { record, status };
  forgetContainer(files);
  return undefined;
}

/** The same for a container that must be there. @throws E_CONTAINER_ID, E_CONTAINER_NONE, E_CONTAINER_STATE */
export async function theContainer(
  root: string,
  id: string,
): Promise<{ readonly record: ContainerRecord; readonly status: ContainerStatus }> {
  const known = await knownContainer(root, id);
  if (known === undefined) throw fail("E_CONTAINER_NONE", { id, root });
  return known;
}

/** What a record's container is. */
async function statusOf(record: ContainerRecord): Promise<ContainerStatus> {
  if (!(await isAlive(record))) return "stopped";
  return record.started ? "running" : "created";
}

/** True while the process of a container lives. */
export async function isAlive({ pid, start, domain }: ContainerRecord): Promise<boolean> {
  return domain === (await instanceDomain()) && (await startTime(pid)) === start;
}

// The folder may lie in /tmp, and what is written in it decides what is started and who is signalled: nobody else may write it.
function refuseForeign(root: string): void {
  const info = lstatSync(root, { throwIfNoEntry: false });
  if (info === undefined) return;
  const refused = (reason: string) => fail("E_CONTAINER_STATE", { path: root, reason });
  if (info.uid !== process.getuid?.()) throw refused(`it belongs to uid ${info.uid}`);
  if (info.isDirectory() && (info.mode & 0o002) !== 0) throw refused("everybody may write to it");
}

function parseRecord(text: string | undefined): ContainerRecord | undefined {
  try {
    const value = JSON.parse(text ?? "null") as ContainerRecord | null;
    const fits = value?.format === RECORD_FORMAT && Number.isSafeInteger(value.pid) && value.pid > 1;
    return fits && typeof value.start === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
