// Which backend gets a request: the one with the fewest under way, among those that can be reached. Pure.

import type { BackendPool } from "./pool.ts";

/**
 * Undefined: there is none that takes new requests and is not in `tried`. When all of them were lost, the lost ones are asked
 * again rather than nobody. `turn` decides among equals.
 */
export function chooseBackend(
  pools: readonly BackendPool[],
  now: number,
  turn: number,
  tried: ReadonlySet<BackendPool> | undefined,
): BackendPool | undefined {
  const only = pools[0];
  if (pools.length === 1 && only && !tried) return only.draining ? undefined : only;
  let best: BackendPool | undefined;
  let bestEjected = true;
  for (let index = 0; index < pools.length; index++) {
    const pool = pools[(index + turn) % pools.length];
    if (!pool || pool.draining || tried?.has(pool)) continue;
    const ejected = pool.ejected(now);
    if (best && (ejected ? !bestEjected || pool.open >= best.open : !bestEjected && pool.open >= best.open)) continue;
    best = pool;
    bestEjected = ejected;
  }
  return best;
}
