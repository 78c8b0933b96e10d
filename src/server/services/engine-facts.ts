// What the engine has of a stack and of others: containers, volumes, networks, and whose they are.

import type { OwnedPart, OwnedVolume, RunningFacts } from "../../policy/facts.ts";
import type { StackSpec } from "../../recipe/stack/types.ts";
import { isUp, OWNER_LABEL, STORAGE_CLASS_LABEL, volumeName } from "../../services/driver/names.ts";
import type { Engine } from "../../services/engine/types.ts";
import type { Judgement } from "../../services/stacks/types.ts";
import { LABELS } from "../../services/types.ts";
import type { FactSources } from "./fact-sources.ts";
import { answersByName, orUndefined } from "./in-time.ts";

/** What was deployed, and what each container was really made of. */
export function runningFacts(
  { containers }: FactSources,
  { spec, before }: Judgement,
): ReadonlyMap<string, RunningFacts> {
  const up = containers(spec.name).filter(isUp);
  return new Map(
    Object.entries(before?.images ?? {}).map(([service, { reference, digest }]) => {
      const digests = up.flatMap(({ labels }) =>
        labels[LABELS.service] === service ? (labels[LABELS.digest] ?? []) : [],
      );
      return [service, { image: reference, digests: digests.length > 0 ? digests : [digest] }];
    }),
  );
}

/** Volumes that are not the stack's, by their names on the engine; and its own that are there already, by the recipe's. */
export async function volumeFacts(sources: FactSources, spec: StackSpec, names: readonly string[]) {
  if (spec.volumes.length === 0) return { volumes: new Map(), ownVolumes: new Map() };
  const all = await orUndefined(() => sources.engine.volumes({}));
  if (!all) return { volumes: undefined, ownVolumes: undefined };
  const there = new Map(all.map((one) => [one.name, one]));
  const volumes = await answersByName(names, async (name): Promise<OwnedVolume | null> => {
    const found = there.get(name);
    return found ? { ...made(found), ...(await ownership(sources, found.labels)) } : null;
  });
  const own = spec.volumes.flatMap(({ name, external }): readonly (readonly [string, OwnedVolume])[] => {
    const found = external === undefined ? there.get(volumeName(spec.name, name)) : undefined;
    return found
      ? [[name, { ...made(found), stack: found.labels[LABELS.stack], owner: found.labels[OWNER_LABEL] }]]
      : [];
  });
  return { volumes, ownVolumes: new Map(own) };
}

function made({ driver, options, labels }: Awaited<ReturnType<Engine["volumes"]>>[number]) {
  return { driver, options, storageClass: labels[STORAGE_CLASS_LABEL] };
}

/** Networks that are not the stack's, by their names on the engine. */
export async function networkFacts(
  sources: FactSources,
  names: readonly string[],
): Promise<ReadonlyMap<string, OwnedPart | null> | undefined> {
  if (names.length === 0) return new Map();
  const all = await orUndefined(() => sources.engine.networks({}));
  if (!all) return undefined;
  const there = new Map(all.map((one) => [one.name, one]));
  return answersByName(names, async (name) => {
    const found = there.get(name);
    return found ? ownership(sources, found.labels) : null;
  });
}

// The stack's owner of today; where the stack is gone, the one who made it.
async function ownership({ stack }: FactSources, labels: Readonly<Record<string, string>>): Promise<OwnedPart> {
  const name = labels[LABELS.stack];
  const known = name === undefined ? undefined : await stack(name);
  return { stack: name, owner: known?.tags["owner"] ?? labels[OWNER_LABEL] };
}
