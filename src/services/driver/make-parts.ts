// Makes and removes a stack's networks and volumes. What has the same name and is not ours is never used in their place.

import type { Step } from "../types.ts";
import { LABELS } from "../types.ts";
import { fail } from "./errors.ts";
import { OWNER_LABEL, PART_LABEL, STORAGE_CLASS_LABEL } from "./names.ts";
import { networksOf, volumesOf } from "./parts.ts";
import { specOf, type Work } from "./work.ts";

/** @throws E_DRIVER_FOREIGN and the engine's failures */
export async function createNetwork(work: Work, { target }: Step): Promise<void> {
  const { parts, stack, signal } = work;
  const part = networksOf(specOf(work)).find(({ engineName }) => engineName === target);
  if (!part) return;
  const all = await parts.engine.networks({}, { signal });
  const there = all.find(({ name }) => name === target);
  if (there) return refuseForeign(work, "network", target, there.labels);
  const { spec } = part;
  await parts.engine.createNetwork(
    {
      name: target,
      labels: labelsOf(work, stack, spec.name, spec.labels),
      internal: spec.internal,
      ipv6: spec.ipv6,
      subnets: spec.subnets,
      options: spec.options,
      ...(spec.driver !== undefined && { driver: spec.driver }),
    },
    { signal },
  );
}

/** @throws E_DRIVER_FOREIGN and the engine's failures */
export async function createVolume(work: Work, { target }: Step): Promise<void> {
  const { parts, stack, signal } = work;
  const part = volumesOf(specOf(work)).find(({ engineName }) => engineName === target);
  if (!part) return;
  const all = await parts.engine.volumes({}, { signal });
  const there = all.find(({ name }) => name === target);
  if (there) return refuseForeign(work, "volume", target, there.labels);
  const { spec } = part;
  const made = parts.storage?.(spec.storageClass, { stack, name: spec.name }) ?? {};
  const driver = spec.driver ?? made.driver;
  await parts.engine.createVolume(
    {
      name: target,
      labels: {
        ...labelsOf(work, stack, spec.name, spec.labels),
        ...(spec.storageClass !== undefined && { [STORAGE_CLASS_LABEL]: spec.storageClass }),
      },
      options: { ...made.options, ...spec.options },
      ...(driver !== undefined && { driver }),
    },
    { signal },
  );
}

function labelsOf(work: Work, stack: string, part: string, labels: Readonly<Record<string, string>>) {
  const own = Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith("berth.")));
  const owner = specOf(work).tags["owner"];
  return {
    ...own,
    [LABELS.site]: work.parts.site,
    [LABELS.stack]: stack,
    [PART_LABEL]: part,
    ...(owner !== undefined && { [OWNER_LABEL]: owner }),
  };
}

function refuseForeign(
  { parts, stack }: Work,
  kind: string,
  name: string,
  labels: Readonly<Record<string, string>>,
): void {
  if (labels[LABELS.site] === parts.site && labels[LABELS.stack] === stack) return;
  throw fail("E_DRIVER_FOREIGN", { kind, name });
}
