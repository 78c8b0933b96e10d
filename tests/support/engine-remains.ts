// Ends everything that an engine of a test left behind: processes, mounts, its bridge, its folder. Used when a test ends,
// and at the next start for engines whose test was killed.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EngineRange, releaseRange } from "./engine-range.ts";

/** Every engine's folder begins so. */
export const FOLDER_PREFIX = "berth-engine-";

/** Notes whose folder it is, so that a later start can tell when nobody wants it any more. */
export function claim(dir: string, range: EngineRange, lock: string | undefined): void {
  writeFileSync(join(dir, "owner"), JSON.stringify({ pid: process.pid, range, lock } satisfies Owner));
}

interface Owner {
  readonly pid: number;
  readonly range: EngineRange;
  /** A bridge that only says that somebody is there. */
  readonly lock?: string | undefined;
}

/** Removes the folders of owners that are gone. */
export function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const dir = join(tmpdir(), name);
    const owner = name.startsWith(FOLDER_PREFIX) ? ownerOf(dir) : undefined;
    if (owner && !existsSync(`/proc/${owner.pid}`)) clear(dir);
  }
}

/** Removes one engine's folder with all that hangs on it. */
export function clear(dir: string): void {
  const owner = ownerOf(dir);
  for (const pid of family(dir)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It went by itself.
    }
  }
  for (const mount of mountsBelow(dir)) spawnSync("umount", ["--lazy", mount], { stdio: "ignore" });
  if (owner) releaseRange(owner.range);
  if (owner?.lock !== undefined) spawnSync("ip", ["link", "delete", owner.lock], { stdio: "ignore" });
  rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

function ownerOf(dir: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, "owner"), "utf8")) as Owner;
  } catch {
    return undefined;
  }
}

/** Processes that name the folder in their arguments or environment, and all that came of them. */
function family(dir: string): readonly number[] {
  const parents = new Map<number, number>();
  const found = new Set<number>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      parents.set(pid, Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
      // Podman's keeper of a user's namespace names it in its environment only.
      for (const file of ["cmdline", "environ"])
        if (readFileSync(`/proc/${pid}/${file}`, "utf8").includes(`${dir}/`)) found.add(pid);
    } catch {
      // It ended while we looked.
    }
  }
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

/** Innermost first. */
function mountsBelow(dir: string): readonly string[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .flatMap((line) => {
      const path = line.split(" ")[4]?.replaceAll("\\040", " ");
      return path?.startsWith(`${dir}/`) ? [path] : [];
    })
    .reverse();
}
