// Asks the system's name service for groups, through getent: it alone speaks to whatever the site has configured.

import { spawnSync } from "node:child_process";
import type { Environment } from "../platform/user.ts";
import { systemProgram } from "./programs.ts";

// A directory service that hangs must not keep a job from starting for long.
const TIMEOUT_MS = 3000;

/** Names by group id; empty for a group that nobody knows. */
export function askNameService(gids: readonly number[], env: Environment): Record<number, string> {
  const names: Record<number, string> = Object.fromEntries(gids.map((gid) => [gid, ""]));
  const getent = systemProgram("getent", env);
  if (getent === undefined) return names;
  const { stdout } = spawnSync(getent, ["group", ...gids.map(String)], { encoding: "utf8", timeout: TIMEOUT_MS });
  for (const line of (stdout ?? "").split("\n")) {
    const [name, , gid] = line.split(":");
    if (name && gid !== undefined) names[Number(gid)] = name;
  }
  return names;
}
