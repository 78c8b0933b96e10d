// Takes a container of a job down: everything that was mounted, also what a set-up that was killed has left. Loop devices that
// do not go with it are told of, with the processes that hold them.

import { existsSync } from "node:fs";
import { readIfAny } from "../../platform/access.ts";
import type { Environment } from "../../platform/user.ts";
import { fail } from "./errors.ts";
import { callNode } from "./hands.ts";
import { type Holder, holdersOf } from "./holders.ts";
import { endSshd } from "./job-sshd.ts";
import { readMounts } from "./mount-table.ts";
import { checkNodeDir } from "./node-dir.ts";
import { setupDir } from "./place.ts";
import { requireRoot } from "./setup.ts";
import type { SetupKey } from "./types.ts";

/** A loop device that outlived its container. */
export interface PinnedLoop {
  /** Such as `/dev/loop3`. */
  readonly device: string;
  readonly holders: readonly Holder[];
}

/** What a teardown found. */
export interface TeardownResult {
  readonly found: boolean;
  readonly pinned: readonly PinnedLoop[];
}

/** How long loop devices are waited for: the kernel lets go of them a moment after their last mount. */
const WAIT_MS = 2000;

const NOTHING_THERE = 3;

/**
 * Takes down what is set up under this key, if anything is; the container also when its sshd does not end.
 * @throws E_NODE_ROOT, E_NODE_DIR, E_NODE_TEARDOWN, E_SSHD_STOP
 */
export async function tearDown(
  key: SetupKey,
  nodeDir: string,
  env: Environment,
  signal?: () => AbortSignal,
): Promise<TeardownResult> {
  requireRoot();
  const dir = setupDir(nodeDir, key);
  if (!existsSync(nodeDir)) return { found: false, pinned: [] };
  checkNodeDir(nodeDir);
  const sshd = await settled(endSshd(dir, key.uid, signal));
  const result = release(dir, nodeDir, env);
  if (sshd.status === "rejected") throw sshd.reason;
  return result;
}

async function settled(work: Promise<void>): Promise<PromiseSettledResult<void>> {
  const [result] = await Promise.allSettled([work]);
  return result;
}

function release(dir: string, nodeDir: string, env: Environment): TeardownResult {
  const layer = layerOf(dir);
  const { status, out, said } = callNode(["release", dir, String(WAIT_MS)], Buffer.alloc(0), nodeDir, env);
  if (status !== 0 && status !== NOTHING_THERE)
    throw fail("E_NODE_TEARDOWN", { dir, why: said.join("; ") || "berth-node was ended by a signal" });
  const numbers = [...out.matchAll(/^pinned (\d+)$/gm)].map(([, number]) => number);
  return {
    found: status === 0,
    pinned: numbers.map((number) => ({ device: `/dev/loop${number}`, holders: holders(`7:${number}`, layer) })),
  };
}

// The container's processes have the layer over the image mounted, not the image.
function holders(loop: string, layer: string | undefined): readonly Holder[] {
  const direct = holdersOf(({ device }) => device === loop, loop);
  return direct.length > 0 || layer === undefined ? direct : holdersOf(({ device }) => device === layer, layer);
}

function layerOf(dir: string): string | undefined {
  const mounts = readMounts(readIfAny("/proc/self/mountinfo"));
  return mounts.findLast(({ path }) => path === `${dir}/root`)?.device;
}
