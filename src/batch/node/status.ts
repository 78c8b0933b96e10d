// What is set up on this node: for whom, since when, with which image, and who is in it; what set-ups that were killed have
// left; loop devices that outlived their containers, and who holds them.

import { readdirSync, statSync } from "node:fs";
import { readIfAny } from "../../platform/access.ts";
import { type Holder, holdersOf } from "./holders.ts";
import { attachedLoops, type Loop } from "./loops.ts";
import { type Mount, mountsAt, readMounts } from "./mount-table.ts";
import { keyOfName } from "./place.ts";
import { readRecord } from "./record.ts";
import { requireRoot } from "./setup.ts";
import type { SetupKey, SetupRecord } from "./types.ts";

/** One set-up, or what is left of one. */
export interface SetupState extends SetupKey {
  readonly dir: string;
  /** `half`: a set-up or teardown that was killed, or is at work at this moment. */
  readonly state: "ready" | "half";
  /** ISO 8601. */
  readonly since: string;
  readonly record: SetupRecord | undefined;
  readonly loops: readonly Loop[];
  /** Processes in its containers. */
  readonly processes: readonly Holder[];
}

/** A loop device that nothing of this node's set-ups uses. */
export interface Pinned {
  readonly loop: Loop;
  readonly holders: readonly Holder[];
}

/** All of a node. */
export interface NodeStatus {
  readonly nodeDir: string;
  readonly setups: readonly SetupState[];
  readonly pinned: readonly Pinned[];
}

/** Looks at the node. `imageDirs` are the folders of images and caches. @throws E_NODE_ROOT */
export function nodeStatus(nodeDir: string, imageDirs: readonly string[]): NodeStatus {
  requireRoot();
  const mounts = readMounts(readIfAny("/proc/self/mountinfo"));
  const loops = attachedLoops();
  const setups = namesIn(nodeDir).flatMap((name) => {
    const key = keyOfName(name);
    return key === undefined ? [] : (stateOf(key, `${nodeDir}/${name}`, mounts, loops) ?? []);
  });
  const visible = new Set(mounts.map(({ device }) => device));
  const hidden = loops.filter(
    ({ number, file }) => !visible.has(number) && imageDirs.some((dir) => file.startsWith(`${dir}/`)),
  );
  const known = new Set(setups.flatMap(({ dir }) => mountsAt(dir, mounts)).map(({ device }) => device));
  return { nodeDir, setups, pinned: hidden.map((loop) => ({ loop, holders: pinnersOf(loop.number, nodeDir, known) })) };
}

// Who has a mount of the device, or as his root a layer over an image that is taken down here.
function pinnersOf(number: string, nodeDir: string, known: ReadonlySet<string>): readonly Holder[] {
  const direct = holdersOf(({ device }) => device === number, number);
  if (direct.length > 0) return direct;
  return holdersOf(
    ({ type, source, device }) => type === "overlay" && source.startsWith(`${nodeDir}/`) && !known.has(device),
    undefined,
  );
}

function stateOf(key: SetupKey, dir: string, mounts: readonly Mount[], loops: readonly Loop[]): SetupState | undefined {
  const info = statSync(dir, { throwIfNoEntry: false });
  if (info === undefined) return undefined;
  const inside = mountsAt(dir, mounts);
  const used = new Set(inside.map(({ device }) => device));
  const record = readRecord(dir);
  const root = inside.findLast(({ path }) => path === `${dir}/root`);
  return {
    ...{ ...key, dir, record, state: record !== undefined && info.uid === key.uid ? "ready" : "half" },
    since: info.mtime.toISOString(),
    loops: loops.filter(({ number }) => used.has(number)),
    processes: root ? holdersOf(({ device }) => device === root.device, root.device) : [],
  };
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir).sort();
  } catch {
    return [];
  }
}
