// Lines of passwd and group as the node knows them: its files first, for most people stand there, then the name service,
// which takes a program.

import { spawnSync } from "node:child_process";
import { readIfAny } from "../platform/access.ts";

// A directory service that hangs must not keep a job from starting for long.
const TIMEOUT_MS = 3000;
// Groups with tens of thousands of members make long lines; a line cut short would lose some of them.
const MAX_BYTES = 64 << 20;

/** The passwd line of a user by number or name; undefined when nobody knows him. */
export function passwdLineOf(who: number | string): string | undefined {
  const field = typeof who === "number" ? 2 : 0;
  const matches = (line: string) => line.split(":")[field] === String(who);
  const local = readIfAny("/etc/passwd").split("\n").find(matches);
  return local ?? ask("passwd", [String(who)]).find(matches);
}

/** The lines of these groups, as far as they are known. */
export function groupLines(gids: readonly number[]): readonly string[] {
  const found = new Map<number, string>();
  const wanted = new Set(gids);
  const take = (line: string) => {
    const gid = Number(line.split(":")[2]);
    if (wanted.has(gid) && !found.has(gid)) found.set(gid, line);
  };
  readIfAny("/etc/group").split("\n").forEach(take);
  const missing = gids.filter((gid) => !found.has(gid));
  if (missing.length > 0) ask("group", missing.map(String)).forEach(take);
  return gids.flatMap((gid) => found.get(gid) ?? []);
}

/** All groups of a user, as a login would give them; undefined when the name service does not know him. */
export function groupsOf(name: string): readonly number[] | undefined {
  const [line] = ask("initgroups", [name]);
  if (line === undefined) return undefined;
  const gids = line.trim().split(/\s+/).slice(1);
  return gids.filter((gid) => /^\d+$/.test(gid)).map(Number);
}

function ask(database: "passwd" | "group" | "initgroups", keys: readonly string[]): readonly string[] {
  const { stdout } = spawnSync("getent", [database, "--", ...keys], {
    encoding: "utf8",
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_BYTES,
    stdio: ["ignore", "pipe", "ignore"],
    env: { PATH: "/usr/bin:/bin:/usr/local/bin" },
  });
  return (stdout ?? "").split("\n").filter((line) => line !== "");
}
