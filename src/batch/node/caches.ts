// Per-node caches as root makes them (spec/shifter.md 5.5): which files, how large, and what the user has on this node already.

import { readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { systemProgram } from "../../run/programs.ts";
import type { NodeConfig } from "../../site/node-config.ts";
import type { Volume } from "../../site/volume-types.ts";
import type { Person } from "../types.ts";
import { fail } from "./errors.ts";
import type { CacheStep } from "./order.ts";

/** A volume's cache, and the step that makes it. */
export interface PlannedCache {
  readonly volume: Volume;
  readonly step: CacheStep;
}

/** What a plan of caches depends on besides the volumes. */
export interface CacheFacts {
  readonly config: Pick<NodeConfig, "cache">;
  readonly person: Pick<Person, "uid" | "gid">;
  readonly host: string;
  /** Absolute path of mkfs.xfs; undefined: there is none. */
  readonly mkfs: string | undefined;
  /** Bytes of the user's caches of other jobs on this node. */
  readonly inUse: number;
}

/** The caches of these volumes, all within the site's limit before the first is made. Pure. @throws E_NODE_CACHE */
export function planCaches(volumes: readonly Volume[], facts: CacheFacts): readonly PlannedCache[] {
  const { config, person, host, mkfs } = facts;
  let total = facts.inUse;
  return volumes.flatMap((volume) => {
    const { to, cache } = volume;
    if (!cache) return [];
    const refused = (why: string, advice: string) => fail("E_NODE_CACHE", { to, why, advice });
    const rules = config.cache;
    if (!rules) throw refused("this site offers none", "the site offers them by perNodeCachePath");
    if (rules.fsTypes.length > 0 && !rules.fsTypes.includes(cache.fs))
      throw refused(`the site does not allow ${cache.fs}`, `it allows ${rules.fsTypes.join(", ")}`);
    if (mkfs === undefined) throw refused("this node has no mkfs.xfs", "install xfsprogs, or set mkfsXfsPath");
    total += cache.size;
    if (rules.limit !== undefined && total > rules.limit)
      throw refused(limitReached(facts.inUse, total, rules.limit), "ask for less, or end the other job first");
    const file = `${rules.path}/${cacheFileName(person, host, cache.fs)}`;
    return [{ volume, file, size: cache.size, mkfs }];
  }).map(({ volume, ...rest }, at) => ({ volume, step: { op: "cache", name: `cache${at}`, gid: person.gid, ...rest } }));
}

function limitReached(inUse: number, total: number, limit: number): string {
  const others = inUse === 0 ? "" : `, ${inUse} of them of other jobs,`;
  return `${total} bytes${others} are more than the site's limit of ${limit} for one user on a node`;
}

/** The beginning of the names of a user's cache files. */
export function cacheFileName({ uid, gid }: Pick<Person, "uid" | "gid">, host: string, fs: string): string {
  return `perNodeCache_uid${uid}_gid${gid}_${host.replace(/[^A-Za-z0-9_.-]/g, "")}.${fs}`;
}

/** The facts as this node has them now. Nothing is looked at when no volume has a cache. */
export function cacheFacts(volumes: readonly Volume[], config: NodeConfig, person: Person): CacheFacts {
  const wanted = volumes.some(({ cache }) => cache !== undefined);
  const mkfs = wanted ? (config.cache?.mkfs ?? systemProgram("mkfs.xfs", {})) : undefined;
  const inUse = wanted && config.cache?.limit !== undefined ? bytesInUse(config.cache.path, person.uid) : 0;
  return { config, person, host: hostname(), mkfs, inUse };
}

const SECTOR = 512;

// The files have no names any more; the loop devices that hold them tell what they were, and how large.
function bytesInUse(dir: string, uid: number): number {
  const ours = readdirSync("/sys/block").filter((name) => {
    return name.startsWith("loop") && readText(`/sys/block/${name}/loop/backing_file`).startsWith(`${dir}/perNodeCache_uid${uid}_`);
  });
  return ours.reduce((sum, name) => sum + Number(readText(`/sys/block/${name}/size`)) * SECTOR, 0);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return ""; // not attached, or detached at this moment
  }
}
