// Makes and removes a stack's networks and volumes. What has the same name and is not ours is never used in their place.

import { hasCode } from "../../base/errors.ts";
import type { Engine } from "../engine/types.ts";
import type { Step } from "../types.ts";
import { LABELS } from "../types.ts";
import { fail } from "./errors.ts";
import { OWNER_LABEL, PART_LABEL, RANGE_LABEL, STORAGE_CLASS_LABEL } from "./names.ts";
import { networksOf, usesOf, volumesOf } from "./parts.ts";
import { specOf, type Work } from "./work.ts";

const RANGE_TRIES = 5;

type NetworkPlan = Parameters<Engine["createNetwork"]>[0];

/** @throws E_DRIVER_FOREIGN and the engine's failures */
export async function createNetwork(work: Work, { target }: Step): Promise<void> {
  const { parts, stack, signal } = work;
  const part = networksOf(specOf(work)).find(({ engineName }) => engineName === target);
  if (!part) return;
  const all = await parts.engine.networks({}, { signal });
  const there = all.find(({ name }) => name === target);
  if (there) return refuseForeign(work, "network", target, there.labels);
  const { spec } = part;
  const labels = labelsOf(work, stack, spec.name, spec.labels);
  const plan = {
    ...{ name: target, labels, internal: spec.internal, ipv6: spec.ipv6, subnets: spec.subnets, options: spec.options },
    ...(spec.driver !== undefined && { driver: spec.driver }),
  };
  const ranged = { ...plan, labels: { ...labels, [RANGE_LABEL]: "chosen" } };
  if (spec.subnets.length > 0) await parts.engine.createNetwork(ranged, { signal });
  else if (isRetained(work, spec.name)) await createInFreeRange(work, ranged);
  else await parts.engine.createNetwork(plan, { signal });
}

// Whether a service wants to keep its address there.
function isRetained(work: Work, network: string): boolean {
  return specOf(work).services.some((one) => one.retainAddress && usesOf(one).some(({ name }) => name === network));
}

// Engines give a container the address that it asks for only where the range was asked for, too. Which ranges are free is the
// engine's to know: it is given one for a moment, and then that one for good.
async function createInFreeRange({ parts: { engine }, signal }: Work, plan: NetworkPlan): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const { name, labels, driver } = plan;
    const trial = { name: `${name}.trial`, labels, ...(driver !== undefined && { driver }) };
    await engine.createNetwork(trial, { signal });
    const all = await engine.networks({}, { signal });
    const range = all.find((one) => one.name === trial.name)?.subnets.find((one) => one.includes("."));
    await engine.removeNetwork(trial.name, { signal });
    try {
      await engine.createNetwork({ ...plan, subnets: range === undefined ? [] : [{ subnet: range }] }, { signal });
      return;
    } catch (error) {
      // Another network was given it in between.
      if (!hasCode(error, "E_ENGINE_SUBNET") || tries === RANGE_TRIES) throw error;
    }
  }
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
