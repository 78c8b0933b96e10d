// Per-node caches as root makes them (spec/shifter.md 5.5): which files, how large, and what the user has on this node already.

import { hostname } from "node:os";
import { systemProgram } from "../../run/programs.ts";
import type { NodeConfig } from "../../site/node-config.ts";
import type { Volume } from "../../site/volume-types.ts";
import { checkCaches } from "../cache-rules.ts";
import type { Person } from "../types.ts";
import { fail } from "./errors.ts";
import { attachedLoops } from "./loops.ts";
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

/** The caches of these volumes, all within the site's rules before the first is made. Pure. @throws E_SHIFTER_CACHE, E_NODE_CACHE */
export function planCaches(volumes: readonly Volume[], facts: CacheFacts): readonly PlannedCache[] {
  const { config, person, host, mkfs, inUse } = facts;
  checkCaches(volumes, config);
  const wanted = volumes.flatMap((volume) => (volume.cache ? [{ volume, cache: volume.cache }] : []));
  const limit = config.cache?.limit ?? Number.POSITIVE_INFINITY;
  let total = inUse;
  return wanted.map(({ volume, cache }, at) => {
    const refused = (why: string, advice: string) => fail("E_NODE_CACHE", { to: volume.to, why, advice });
    total += cache.size;
    if (total > limit)
      throw refused(
        `with ${inUse} bytes of other jobs it goes beyond the limit of ${limit}`,
        "end the other job first",
      );
    if (mkfs === undefined) throw refused("this node has no mkfs.xfs", "install xfsprogs, or set mkfsXfsPath");
    const file = `${config.cache?.path}/${cacheFileName(person, host, cache.fs)}`;
    return { volume, step: { op: "cache", name: `cache${at}`, file, size: cache.size, mkfs, gid: person.gid } };
  });
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

// The files have no names any more; the loop devices that hold them tell what they were, and how large.
function bytesInUse(dir: string, uid: number): number {
  const ours = attachedLoops().filter(({ file }) => file.startsWith(`${dir}/perNodeCache_uid${uid}_`));
  return ours.reduce((sum, { bytes }) => sum + bytes, 0);
}
