// What host paths are, as far as their names tell. Knows no practice.

import { plainPath } from "../../host-path.ts";
import type { Hit } from "../../rule.ts";

const SYSTEM = /^\/($|(etc|var|tmp|usr|bin|sbin|lib|lib32|lib64|libx32|boot|dev|proc|sys|run|opt)$)/;
const SYSTEM_BELOW = /^\/(var\/lib|tmp|proc|sys|dev|boot)\//;
// Devices that jobs need to compute and to talk to each other.
const DEVICES = /^\/dev\/(shm|infiniband|dri|kfd|fuse|nvidia[\w-]*|hfi\w*|cxi\w*|xpmem|knem)(\/|$)/;

/** The folder of the system that a path is, or that it lies below where that is odd, too. */
export function systemFolder(source: string): { readonly path: string; readonly below: boolean } | undefined {
  if (!source.startsWith("/")) return undefined;
  const path = plainPath(source);
  if (SYSTEM.test(path)) return { path, below: false };
  return SYSTEM_BELOW.test(`${path}/`) && !DEVICES.test(path) ? { path, below: true } : undefined;
}

const HOMES = ["/home", "/Users", "/export/home"];

/** A folder of all users, or of another one than `owner`. */
export function homeFault(source: string, owner: string | undefined): Hit | undefined {
  if (!source.startsWith("/")) return undefined;
  const path = plainPath(source);
  if (HOMES.includes(path)) return { fields: { path } };
  const user = HOMES.map((home) =>
    path.startsWith(`${home}/`) ? path.slice(home.length + 1).split("/")[0] : undefined,
  ).find(Boolean);
  // Names of accounts have small letters: `OWNER` is still to be filled in.
  const known = owner !== undefined && /^[a-z_]/.test(owner);
  return known && user !== undefined && user !== owner ? { case: "other", fields: { path, user } } : undefined;
}
