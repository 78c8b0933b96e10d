// Enters the namespace of a build: this process is replaced by the launcher, whose payload is berth again with the same
// arguments. What was open is gone, what was done so far is done again; nothing here knows of builds.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { CALLER_VARIABLE, type Environment, type User } from "../platform/user.ts";
import { workingDirectory } from "../run/host.ts";
import { becomeLauncher } from "../run/launch.ts";
import { encodePlan } from "../run/plan-format.ts";
import { ownProgram } from "../run/programs.ts";
import { ensureRuntimeDir } from "../run/runtime-dir.ts";
import { subordinateIds } from "../run/subordinate-ids.ts";
import { namespacePlan } from "./namespace-plan.ts";

/** Who enters. */
export interface Entering {
  readonly env: Environment;
  readonly user: User;
}

/** True when this process already runs in a build's namespace. */
export function insideBuildNamespace(env: Environment): boolean {
  return env[CALLER_VARIABLE] !== undefined;
}

/** True when that namespace has ids besides the caller's own. */
export function hasManyIds(): boolean {
  return readFileSync("/proc/self/uid_map", "utf8").trim().split(/\s+/).slice(2).join(" ") !== "1";
}

/**
 * Begins this command anew inside a build's namespace. Never returns. Working directory, umask, arguments, variables and
 * the standard streams stay, and the caller's identity is kept for whoever asks `currentUser`.
 *
 * @throws E_PROGRAM, E_RUNTIME_DIR, E_PLAN_WRITE, E_EXECVE
 */
export function enterBuildNamespace({ env, user }: Entering): never {
  const words = process.argv.slice(2);
  const fromSource = basename(process.execPath).startsWith("node");
  const argv = fromSource
    ? [process.execPath, ...process.execArgv, process.argv[1] ?? "", ...words]
    : [process.argv0, ...words];
  const plan = namespacePlan({
    user,
    subordinate: subordinateIds(user),
    uidMap: readFileSync("/proc/self/uid_map", "utf8"),
    gidMap: readFileSync("/proc/self/gid_map", "utf8"),
    cwd: workingDirectory(),
    umask: process.umask(),
    env: new Map([...variables(env), [CALLER_VARIABLE, JSON.stringify(user)]]),
    program: process.execPath,
    argv,
  });
  return becomeLauncher(ownProgram("berth-launch", env), encodePlan(plan), ensureRuntimeDir(env, user));
}

function variables(env: Environment): [string, string][] {
  return Object.entries(env).flatMap(([name, value]) => (value === undefined || name === "" ? [] : [[name, value]]));
}
