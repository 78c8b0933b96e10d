// Names of groups that /etc/group does not have (directory services). Asking them starts a program, so answers are kept
// in the run-time folder for a day.

import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import type { Environment } from "../platform/user.ts";
import type { Group } from "./passwd.ts";
import { ensureSubdir } from "./runtime-dir.ts";

const MAX_AGE_MS = 24 * 3600 * 1000;

/** The groups with the names that the name service has for those of `unknown`; others keep the name they have. */
export async function nameGroups(
  groups: readonly Group[],
  unknown: readonly number[],
  runtime: string,
  env: Environment,
  now: () => number = Date.now,
): Promise<readonly Group[]> {
  if (unknown.length === 0) return groups;
  const path = `${ensureSubdir(runtime, "facts")}/groups`;
  let names = readNames(path, now());
  if (unknown.some((gid) => names[gid] === undefined)) {
    const { askNameService } = await import("./name-service.ts");
    names = { ...names, ...askNameService(unknown, env) };
    keepNames(path, names);
  }
  return groups.map((group) => ({ gid: group.gid, name: names[group.gid] || group.name }));
}

type Names = Readonly<Record<number, string>>;

function readNames(path: string, now: number): Names {
  try {
    return now - statSync(path).mtimeMs > MAX_AGE_MS ? {} : (JSON.parse(readFileSync(path, "utf8")) as Names);
  } catch {
    return {};
  }
}

function keepNames(path: string, names: Names): void {
  const partial = `${path}.${process.pid}`;
  try {
    writeFileSync(partial, JSON.stringify(names), { mode: 0o600 });
    renameSync(partial, path);
  } catch {
    // They are asked for again next time.
  }
}
