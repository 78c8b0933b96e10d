// Looks up what the policy must know of a stack before it judges: people, groups, images, paths, ports, secrets. What cannot be
// found out stays out, and the rules say then that they do not know.

import { lookup, resolveCname } from "node:dns/promises";
import { isListed, mayActAs, rolesOf } from "../../accounts/roles.ts";
import type { Person as Account, Directory } from "../../accounts/types.ts";
import type { PolicyConfig } from "../../policy/config.ts";
import type {
  ImageFacts,
  OwnedPart,
  OwnedVolume,
  PersonFacts,
  SecretFacts,
  StackFacts,
  StackInfo,
} from "../../policy/facts.ts";
import { neededFacts } from "../../policy/needed-facts.ts";
import type { StackSpec } from "../../recipe/stack/types.ts";
import { volumeName } from "../../services/driver/names.ts";
import type { Engine, EngineImage } from "../../services/engine/types.ts";
import { isPortFree } from "../../services/ports/free-port.ts";
import type { Ports } from "../../services/ports/port-office.ts";
import type { SecretBook } from "../../services/secrets/secret-book.ts";
import type { Judgement } from "../../services/stacks/types.ts";
import { LABELS } from "../../services/types.ts";
import type { AccountsConfig } from "../../site/services/accounts.ts";
import { pathFacts } from "./path-facts.ts";

export interface FactSources {
  readonly directory: Directory;
  readonly accounts: AccountsConfig;
  readonly policy: PolicyConfig;
  readonly engine: Pick<Engine, "image" | "volumes" | "networks">;
  readonly ports: Pick<Ports, "held">;
  readonly secrets: Pick<SecretBook, "find">;
  /** A stack by its name; undefined: there is none. */
  readonly stack: (name: string) => Promise<StackInfo | undefined>;
  /** Seconds since 1970. */
  readonly now: () => number;
}

/** One answer of a slow directory, engine or file system must not hold a recipe up for ever. */
const PATIENCE_MS = 10_000;
const GROUPS = 256;

/** All facts about a stack that is to be judged. */
export async function stackFacts(sources: FactSources, judgement: Judgement): Promise<StackFacts> {
  const { spec, by, before } = judgement;
  const { engine, directory, policy } = sources;
  // Images and volumes first: they tell which people and folders matter.
  const first = neededFacts(spec, policy);
  const [images, { volumes, ownVolumes }] = await Promise.all([
    mapOf(first.images, (image) => imageFacts(engine, judgement, image)),
    volumeFacts(engine, spec, first.volumes),
  ]);
  const needed = neededFacts(spec, policy, { images, volumes, ownVolumes });
  const groupFacts = async (name: string) => {
    const gid = await directory.groupNumber(name);
    return gid === undefined ? null : { name, gid };
  };
  const [people, numbered, groups, paths, freePorts, dns, actor] = await Promise.all([
    mapOf(needed.people, async (name) => personFacts(sources, await directory.person(name))),
    mapOf(needed.uids.map(String), async (uid) => personFacts(sources, await directory.personNumbered(Number(uid)))),
    mapOf(needed.groups, groupFacts),
    mapOf(needed.paths, pathFacts),
    portFacts(sources, spec, needed.ports),
    mapOf(needed.hosts, leadsTo),
    orUndefined(async () => personFacts(sources, await directory.person(by.user))),
  ]);
  const known = [...numbered.values()].flatMap((one) => (one ? [[one.name, one] as const] : []));
  return {
    now: sources.now(),
    actor: actor ?? undefined,
    people: new Map([...known, ...people]),
    ...{ groups, images, paths, freePorts, dns },
    stacks: await mapOf(needed.stacks, async (name) => (await sources.stack(name)) ?? null),
    secrets: await secretFacts(sources, spec, needed.secrets),
    running: new Map(Object.entries(before?.images ?? {}).map(([service, image]) => [service, runningOf(image)])),
    ...{ volumes, ownVolumes },
    networks: await ownedParts(needed.networks, async () => engine.networks({})),
  };
}

function runningOf({ reference, digest }: { readonly reference: string; readonly digest: string }) {
  return { image: reference, digests: [digest] };
}

/** Answers by name; those that could not be had in time stay out. */
async function mapOf<T>(
  names: readonly string[],
  ask: (name: string) => Promise<T | undefined>,
): Promise<ReadonlyMap<string, T>> {
  const found = await Promise.all(names.map(async (name) => [name, await orUndefined(() => ask(name))] as const));
  return new Map(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}

async function orUndefined<T>(ask: () => Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  });
  try {
    return await Promise.race([ask(), late]);
  } catch {
    // What could not be found out is unknown to the rules, and they say so.
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

async function personFacts(sources: FactSources, person: Account | undefined): Promise<PersonFacts | null> {
  if (!person) return null;
  const { directory, accounts } = sources;
  const names = person.groups.slice(0, GROUPS);
  const gids = await Promise.all(names.map((name) => directory.groupNumber(name)));
  const groups = names.flatMap((name, at) => {
    const gid = gids[at];
    return gid === undefined ? [] : [{ name, gid }];
  });
  return {
    ...{ name: person.user, uid: person.uid, groups },
    staff: isListed(person, accounts.staff),
    role: rolesOf(person, accounts)[0],
    mayActAs: mayActAs(person, accounts),
  };
}

async function imageFacts(
  engine: FactSources["engine"],
  { images, spec }: Judgement,
  reference: string,
): Promise<ImageFacts | undefined> {
  const service = spec.services.find(({ image }) => image === reference);
  const resolved = service && images.get(service.name);
  const image = await engine.image(resolved?.local ?? reference);
  if (!image) return resolved && { digest: resolved.digest };
  return { ...factsOf(image), digest: resolved?.digest };
}

function factsOf({
  bytes,
  createdAt,
  user,
  exposed,
  hasHealthCheck,
  entrypoint,
  command,
  env,
}: EngineImage): ImageFacts {
  return { bytes, createdAt, user, exposed, healthCheck: hasHealthCheck, entrypoint, command, env };
}

async function portFacts({ ports }: FactSources, { name }: StackSpec, keys: readonly string[]) {
  const held = keys.length === 0 ? [] : await ports.held();
  return mapOf(keys, async (key) => {
    const [port = "", protocol] = key.split("/");
    const holder = held.find((one) => one.port === Number(port) && one.protocol === protocol);
    if (holder) return holder.stack === name;
    return isPortFree(Number(port), protocol === "udp" ? "udp" : "tcp");
  });
}

/** Names and addresses that a host name leads to. */
async function leadsTo(host: string): Promise<readonly string[]> {
  const [names, addresses] = await Promise.all([
    resolveCname(host).catch(() => []),
    lookup(host, { all: true }).catch(() => []),
  ]);
  return [...names, ...addresses.map(({ address }) => address)];
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

/** Volumes that are not the stack's, by their names on the engine; and its own that are there already, by the recipe's. */
async function volumeFacts(engine: FactSources["engine"], spec: StackSpec, names: readonly string[]) {
  if (spec.volumes.length === 0) return { volumes: new Map(), ownVolumes: new Map() };
  const all = await orUndefined(() => engine.volumes({}));
  const find = (name: string) => all?.find((one) => one.name === name);
  const volumes = names.map((name): readonly [string, OwnedVolume | null] => {
    const found = find(name);
    return [name, found ? { stack: found.labels[LABELS.stack], driver: found.driver } : null];
  });
  const own = spec.volumes.flatMap(({ name, external }): readonly (readonly [string, OwnedVolume])[] => {
    const found = external === undefined ? find(volumeName(spec.name, name)) : undefined;
    return found ? [[name, { stack: found.labels[LABELS.stack], driver: found.driver }]] : [];
  });
  return { volumes: all && new Map(volumes), ownVolumes: all && new Map(own) };
}

async function ownedParts(
  names: readonly string[],
  list: () => Promise<readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[]>,
): Promise<ReadonlyMap<string, OwnedPart | null> | undefined> {
  if (names.length === 0) return new Map();
  const all = await orUndefined(list);
  return (
    all &&
    new Map(
      names.map((name) => {
        const found = all.find((one) => one.name === name);
        return [name, found ? { stack: found.labels[LABELS.stack] } : null];
      }),
    )
  );
}
