// What there is of stacks on the engine, asked anew: plans are made of this, not of what was heard.

import type { Engine } from "../engine/types.ts";
import { LABELS, type ObservedStack } from "../types.ts";

/** One stack (also when nothing of it is there), or all that this berth has there. */
export async function observeStacks(
  engine: Engine,
  site: string,
  stack: string | undefined,
  signal?: AbortSignal,
): Promise<readonly ObservedStack[]> {
  const labels = [`${LABELS.site}=${site}`, stack === undefined ? LABELS.stack : `${LABELS.stack}=${stack}`];
  const [containers, networks, volumes] = await Promise.all([
    engine.containers({ labels, all: true }, { signal }),
    engine.networks({ labels }, { signal }),
    engine.volumes({ labels }, { signal }),
  ]);
  const stackOf = ({ labels: found }: { readonly labels: Readonly<Record<string, string>> }) =>
    found[LABELS.stack] ?? "";
  const names = stack === undefined ? new Set([...containers, ...networks, ...volumes].map(stackOf)) : [stack];
  return [...names].sort().map((name) => ({
    name,
    containers: containers.filter((one) => stackOf(one) === name),
    networks: networks.filter((one) => stackOf(one) === name).map((one) => one.name),
    volumes: volumes.filter((one) => stackOf(one) === name).map((one) => one.name),
  }));
}
