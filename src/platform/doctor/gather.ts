// Reads the machine. Everything here may be missing, forbidden or strange; nothing here judges.

import { accessSync, closeSync, constants, existsSync, openSync, statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { errnoOf } from "../../base/errors.ts";
import { serviceManager } from "../service-manager.ts";
import { cacheDir, type Environment, tempDir, type User } from "../user.ts";
import type { DiskFacts, Facts, FuseFacts, IdRange, SubIdFacts, Trial } from "./facts.ts";
import { cgroupFacts, kernelFacts } from "./kernel.ts";
import { findProgram, findPrograms } from "./programs.ts";
import { readNumber, readText } from "./read.ts";
import { tryNamespaces } from "./trials.ts";

export interface GatherOptions {
  readonly env: Environment;
  readonly user: User;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Path of berth-launch, when there is one. */
  readonly launcher: string | undefined;
  readonly signal: AbortSignal;
}

/** Takes well under a second; starts a few short processes. */
export async function gatherFacts({ env, user, now, launcher, signal }: GatherOptions): Promise<Facts> {
  const path = env["PATH"] ?? "";
  const release = osRelease(readText("/etc/os-release") ?? "");
  const trials = await tryNamespaces(launcher, tempDir(env), signal);
  return {
    now,
    user: { uid: user.uid, name: user.name },
    distributions: [release["ID"] ?? "", ...(release["ID_LIKE"] ?? "").split(" ")].filter(Boolean),
    distributionName: release["PRETTY_NAME"] ?? "an unknown distribution",
    kernel: kernelFacts(),
    namespaces: { ...sysctls(), insideContainer: insideContainer(), trial: trials.namespace, overlay: trials.overlay },
    subIds: await subIdFacts(user, path, signal),
    fuse: fuseFacts("/dev/fuse"),
    programs: await findPrograms(path, signal),
    launcher,
    loop: loopTrial(),
    cgroup: cgroupFacts(serviceManager(env, user) !== undefined),
    cache: await diskFacts(cacheDir(env, user)),
    temp: await diskFacts(tempDir(env)),
  };
}

/** os-release(5): `NAME=value` lines, values perhaps in quotes. */
export function osRelease(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(/^(\w+)=(["']?)(.*)\2$/gm)].map(([, name, , value]) => [name, value]));
}

function sysctls() {
  const max = readNumber("/proc/sys/user/max_user_namespaces");
  const cloneAllowed = readNumber("/proc/sys/kernel/unprivileged_userns_clone");
  const apparmorRestricts = readNumber("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
  return {
    ...(max !== undefined && { max }),
    ...(cloneAllowed !== undefined && { cloneAllowed }),
    ...(apparmorRestricts !== undefined && { apparmorRestricts }),
  };
}

function insideContainer(): boolean {
  return existsSync("/.dockerenv") || existsSync("/run/.containerenv") || existsSync("/run/systemd/container");
}

async function subIdFacts(user: User, path: string, signal: AbortSignal): Promise<SubIdFacts> {
  const newuidmap = await findProgram("newuidmap", path, signal);
  const newgidmap = await findProgram("newgidmap", path, signal);
  return {
    uids: parseSubIds(readText("/etc/subuid") ?? "", user),
    gids: parseSubIds(readText("/etc/subgid") ?? "", user),
    ...(newuidmap && { newuidmap }),
    ...(newgidmap && { newgidmap }),
  };
}

/** subuid(5): `name-or-uid:first:count` lines, those of one user. */
export function parseSubIds(text: string, user: { readonly uid: number; readonly name: string }): readonly IdRange[] {
  return text.split("\n").flatMap((line) => {
    const [owner, first, count] = line.split(":");
    if (owner !== user.name && owner !== String(user.uid)) return [];
    const range = { first: Number(first), count: Number(count) };
    return Number.isInteger(range.first) && range.count > 0 ? [range] : [];
  });
}

function fuseFacts(device: string): FuseFacts {
  const mode = modeOf(device);
  return { open: opens(device), ...(mode !== undefined && { mode }) };
}

function loopTrial(): Trial {
  const trial = opens("/dev/loop-control");
  return trial.works ? trial : { ...trial, reason: `/dev/loop-control: ${trial.reason}` };
}

function modeOf(path: string): number | undefined {
  try {
    return statSync(path).mode & 0o7777;
  } catch {
    return undefined;
  }
}

function opens(device: string): Trial {
  try {
    closeSync(openSync(device, "r+"));
    return { works: true, by: device };
  } catch (error) {
    return { works: false, by: device, reason: errnoOf(error) ?? "cannot be opened" };
  }
}

// A folder that does not exist yet is judged by the nearest one above it that does.
async function diskFacts(path: string): Promise<DiskFacts> {
  let nearest = path;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  try {
    const { bavail, bsize } = await statfs(nearest);
    return { path, free: bavail * bsize, writable: mayWrite(nearest) };
  } catch {
    return { path, writable: false };
  }
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
