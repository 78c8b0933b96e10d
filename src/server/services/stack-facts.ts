// Looks up what the policy must know of a stack before it judges: people, groups, images, paths, ports, secrets. What cannot be
// found out stays out, and the rules say then that they do not know.

import type { SecretFacts, StackFacts, StackInfo } from "../../policy/facts.ts";
import { neededFacts } from "../../policy/needed-facts.ts";
import type { StackSpec } from "../../recipe/stack/types.ts";
import type { Judgement } from "../../services/stacks/types.ts";
import type { Deployment } from "../../services/types.ts";
import { hostFacts, leadsTo, portFacts } from "./address-facts.ts";
import { networkFacts, runningFacts, volumeFacts } from "./engine-facts.ts";
import type { FactSources } from "./fact-sources.ts";
import { buildFacts, imageFacts } from "./image-facts.ts";
import { answersByName, orUndefined } from "./in-time.ts";
import { pathFacts } from "./path-facts.ts";
import { personFacts } from "./person-facts.ts";

/** All facts about a stack that is to be judged. */
export async function stackFacts(sources: FactSources, judgement: Judgement): Promise<StackFacts> {
  const { spec, by, before } = judgement;
  const { engine, directory, policy } = sources;
  // Images and volumes first: they tell which people and folders matter.
  const first = neededFacts(spec, policy);
  const [images, serviceImages, { volumes, ownVolumes }] = await Promise.all([
    answersByName(first.images, (image) => imageFacts(engine, image)),
    answersByName(
      spec.services.map(({ name }) => name),
      (name) => buildFacts(engine, judgement, name),
    ),
    volumeFacts(sources, spec, first.volumes),
  ]);
  const needed = neededFacts(spec, policy, { images, serviceImages, volumes, ownVolumes });
  const groupFacts = async (name: string) => {
    const gid = await directory.groupNumber(name);
    return gid === undefined ? null : { name, gid };
  };
  const [people, numbered, groups, paths, freePorts, dns, hosts, actor] = await Promise.all([
    answersByName(needed.people, async (name) => personFacts(sources, await directory.person(name))),
    answersByName(needed.uids.map(String), async (uid) =>
      personFacts(sources, await directory.personNumbered(Number(uid))),
    ),
    answersByName(needed.groups, groupFacts),
    answersByName(needed.paths, pathFacts),
    portFacts(sources, spec, needed.ports),
    answersByName(needed.hosts, leadsTo),
    hostFacts(sources, spec),
    orUndefined(async () => personFacts(sources, await directory.person(by.user))),
  ]);
  const known = [...numbered.values()].flatMap((one) => (one ? [[one.name, one] as const] : []));
  return {
    now: sources.now(),
    actor: actor ?? undefined,
    people: new Map([...known, ...people]),
    ...{ groups, images, serviceImages, paths, freePorts, dns, hosts, volumes, ownVolumes },
    stacks: await answersByName(needed.stacks, async (name) =>
      stackInfo(await sources.stack(name), spec.name === name ? before : undefined),
    ),
    secrets: await secretFacts(sources, spec, needed.secrets),
    running: runningFacts(sources, judgement),
    networks: await networkFacts(sources, needed.networks),
    composeVersion: judgement.version,
  };
}

// What it has until now, it may keep.
function stackInfo(info: StackInfo | undefined, before: Deployment | undefined): StackInfo | null {
  if (info === undefined) return null;
  return {
    ...info,
    secrets: before?.spec.secrets.map(({ store }) => store),
    volumes: before?.spec.volumes.filter(({ external }) => external === undefined).map(({ name }) => name),
  };
}

async function secretFacts(
  { secrets }: FactSources,
  { tags }: StackSpec,
  names: readonly string[],
): Promise<ReadonlyMap<string, SecretFacts> | undefined> {
  const found = names.length === 0 ? [] : await orUndefined(() => secrets.find(names));
  const own = found?.filter(({ owner }) => owner.user === tags["owner"]);
  return own && new Map(own.map(({ name, description }) => [name, { description }]));
}
