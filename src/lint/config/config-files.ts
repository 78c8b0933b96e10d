// Where configuration is found: upward from a file to the top of its repository, then the user's and the site's own.

import { readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { configDir, type Environment, firstOf, type User } from "../../platform/user.ts";

/** Names of a project's file, the first one found counts. */
export const PROJECT_FILES = [".berth-policy.yaml", ".berth-policy.yml", ".policy.yaml", ".policy.yml"] as const;
/** Files of peers that are read where they stand. */
export const PEER_FILES = [".hadolint.yaml", ".hadolint.yml", ".trivyignore", ".dockleignore"] as const;

const SITE_POLICY = "/etc/berth/policy.yaml";

/** Files for one folder, those that exist. */
export interface FoundConfig {
  readonly project: string | undefined;
  /** Of the nearest folder that has any. */
  readonly peers: readonly string[];
}

/** Looks upward from a folder; stops at the top of a repository, at home, or at a folder that another person could write. */
export function findProject(folder: string, { env, user }: Whose): FoundConfig {
  const home = resolve(firstOf(env, "HOME") ?? user.home);
  let peers: readonly string[] = [];
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (!isTrusted(at, user)) return { project: undefined, peers };
    const names = namesIn(at);
    const project = PROJECT_FILES.find((name) => names.has(name));
    if (peers.length === 0) peers = PEER_FILES.filter((name) => names.has(name)).map((name) => join(at, name));
    if (project !== undefined) return { project: join(at, project), peers };
    if (names.has(".git") || at === home || at === dirname(at)) return { project: undefined, peers };
  }
}

export interface Whose {
  readonly env: Environment;
  readonly user: User;
}

/** The user's file, when it is there. */
export function userFile({ env, user }: Whose): string | undefined {
  const path = join(configDir(env, user), "policy.yaml");
  return isThere(path) ? path : undefined;
}

/** The site's file, when it is there. */
export function siteFile({ env }: Pick<Whose, "env">): string | undefined {
  const path = firstOf(env, "BERTH_SITE_POLICY") ?? SITE_POLICY;
  return isThere(path) ? path : undefined;
}

// In /tmp anybody can lay down a file that would then speak for everybody below.
function isTrusted(folder: string, { uid }: User): boolean {
  try {
    // A text may be called by a path that there is not.
    const found = statSync(folder, { throwIfNoEntry: false });
    return found === undefined || (found.mode & 0o002) === 0 || found.uid === uid;
  } catch {
    // A file in the place of a folder.
    return true;
  }
}

function namesIn(folder: string): ReadonlySet<string> {
  try {
    return new Set(readdirSync(folder));
  } catch {
    return new Set();
  }
}

/** True for a file that exists; one that may not be looked at is there: it must not be passed over. */
export function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}
