// The instances that are known on this machine. A record whose process is gone, or that was written before the last boot, is
// stale, and removed where it is met.

import { readlinkSync, statSync } from "node:fs";
import { readdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { errnoOf } from "../../base/errors.ts";
import { showsAllProcesses } from "../../base/process-view.ts";
import { selfIdentity, startTime } from "../../oci/store/process-identity.ts";
import { groupOf } from "../limits/control-group.ts";
import { fail } from "./errors.ts";
import { instanceFiles, isInstanceName } from "./folder.ts";
import { type InstanceRecord, readRecord } from "./record.ts";

/** `foreign`: of this boot, but of a PID namespace whose numbers mean nothing here. */
type InstanceState = "running" | "gone" | "foreign";

/** What is to be thought of a record. */
async function stateOf(record: InstanceRecord): Promise<InstanceState> {
  const domain = await instanceDomain();
  if (record.domain.split(" ")[0] !== domain.split(" ")[0]) return "gone";
  // Of one boot: a session may see the same processes through a /proc of its own.
  const start = await startTime(record.pid);
  if (start === record.start) return "running";
  if (record.domain !== domain) return "foreign";
  return start !== undefined || showsAllProcesses() || hasEnded(record.pid) ? "gone" : "foreign";
}

/** Boot and /proc of the caller, in which numbers of processes mean something; also where /proc hides those of others (hidepid). */
export async function instanceDomain(): Promise<string> {
  try {
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    return `${boot} ${(await stat("/proc")).dev}`;
  } catch {
    return (await selfIdentity()).domain;
  }
}

// What a /proc that hides processes does not show may live; the kernel itself knows. It counts in the PID namespace of the
// caller, which must be that of /proc.
function hasEnded(pid: number): boolean {
  if (linkOf("/proc/self") !== String(process.pid)) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errnoOf(error) === "ESRCH";
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** A folder of instances, and whose it is when it is not the caller's. */
export interface InstanceFolder {
  readonly path: string;
  /** Root looks into another user's folder: nothing that is written there is trusted, and nothing is changed. */
  readonly owner?: number | undefined;
}

/** The running instances of a folder, by name; stale records of the caller's own are removed. `pattern` may hold `*` and `?`. */
export async function knownInstances(folder: InstanceFolder, pattern = "*"): Promise<InstanceRecord[]> {
  const wanted = globPattern(pattern);
  const names = (await entries(folder.path)).flatMap((file) => (file.endsWith(".json") ? [file.slice(0, -5)] : []));
  const found: InstanceRecord[] = [];
  for (const name of names.filter((one) => wanted.test(one) && isInstanceName(one)).toSorted()) {
    const record = await runningInstance(folder.path, name, folder.owner);
    if (record) found.push(record);
  }
  return found;
}

/** The instance of this name when it runs and can be reached; a stale record is removed, but not another `owner`'s. */
export async function runningInstance(
  folder: string,
  name: string,
  owner?: number,
): Promise<InstanceRecord | undefined> {
  const { record: path } = instanceFiles(folder, name);
  const record = readRecord(path);
  if (!record || record.name !== name) return undefined;
  const state = await stateOf(record);
  if (owner !== undefined) return state === "running" && ownerOf(record.pid) === owner ? ofAnother(record) : undefined;
  if (state === "gone") await forget(folder, record);
  return state === "running" ? record : undefined;
}

// A group is a folder whose files are read: the kernel says which one it is, not another user's record.
function ofAnother(record: InstanceRecord): InstanceRecord {
  return { ...record, controlGroup: record.controlGroup === groupOf(record.pid) ? record.controlGroup : undefined };
}

function ownerOf(pid: number): number | undefined {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return undefined;
  }
}

/** Refuses a name that an instance has. @throws E_INSTANCE_EXISTS, E_INSTANCE_FOREIGN */
export async function refuseTaken(folder: string, name: string): Promise<void> {
  const { record: path } = instanceFiles(folder, name);
  const record = readRecord(path);
  if (record && (await stateOf(record)) === "foreign") throw fail("E_INSTANCE_FOREIGN", { name, path });
  if (await runningInstance(folder, name)) throw fail("E_INSTANCE_EXISTS", { name });
}

/** Removes what is written down of an instance that has ended; its logs stay. */
export async function forget(folder: string, record: InstanceRecord): Promise<void> {
  const { record: path } = instanceFiles(folder, record.name);
  const now = readRecord(path);
  // Another start may have taken the name meanwhile.
  if (now?.pid === record.pid && now.start === record.start) await rm(path, { force: true });
  // The kernel removes no group that still holds a process.
  if (record.controlGroup !== undefined) await rmdir(record.controlGroup).catch(() => undefined);
}

async function entries(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

function globPattern(text: string): RegExp {
  const source = text
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`);
}
