// The facts of the host that a launch depends on, gathered once and with few system calls.

import { statSync } from "node:fs";
import { readIfAny } from "../platform/access.ts";
import { isTerminal } from "../platform/terminal.ts";
import type { Environment, User } from "../platform/user.ts";
import { findUser, type Group, namedGroups } from "./passwd.ts";

/** What kind of thing a path of the host is, links followed; undefined when it is missing or cannot be reached. */
export type PathKind = "file" | "dir" | "other" | undefined;

export interface HostFacts {
  readonly user: User;
  readonly gecos: string;
  /** The caller's groups, the primary one first. */
  readonly groups: readonly Group[];
  /** Ids of those that /etc/group does not name. */
  readonly unknownGroups: readonly number[];
  readonly env: Environment;
  /** Physical working directory. */
  readonly cwd: string;
  /** The same directory by the name the caller's shell has for it, when that differs. */
  readonly logicalCwd: string | undefined;
  readonly hostname: string;
  readonly umask: number;
  /** Standard input and output are a terminal. */
  readonly terminal: boolean;
  kind(path: string): PathKind;
}

/** Gathers the facts of this process. */
export function hostFacts(user: User, env: Environment): HostFacts {
  const gids = [user.gid, ...(process.getgroups?.() ?? []).filter((gid) => gid !== user.gid)];
  const cwd = workingDirectory();
  const { groups, unknown } = namedGroups(gids, readIfAny("/etc/group"));
  return {
    user,
    gecos: findUser(readIfAny("/etc/passwd"), user.uid)?.gecos ?? "",
    groups,
    unknownGroups: unknown,
    env,
    cwd,
    logicalCwd: logicalDir(env["PWD"], cwd),
    hostname: readIfAny("/proc/sys/kernel/hostname").trim(),
    umask: process.umask(),
    terminal: isTerminal(0) && isTerminal(1),
    kind: hostKind,
  };
}

/** The kind of a path of the host. */
export function hostKind(path: string): PathKind {
  try {
    const info = statSync(path, { throwIfNoEntry: false });
    if (info === undefined) return undefined;
    return info.isDirectory() ? "dir" : info.isFile() ? "file" : "other";
  } catch {
    // Unreachable (a closed directory on the way, a dead network mount) counts as missing.
    return undefined;
  }
}

/** The working directory; the root when it was removed or closed under the caller's feet and has no name any more. */
export function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return "/";
  }
}

function logicalDir(pwd: string | undefined, cwd: string): string | undefined {
  if (!pwd?.startsWith("/") || pwd === cwd) return undefined;
  try {
    const [there, here] = [statSync(pwd), statSync(cwd)];
    return there.ino === here.ino && there.dev === here.dev ? pwd : undefined;
  } catch {
    return undefined;
  }
}
