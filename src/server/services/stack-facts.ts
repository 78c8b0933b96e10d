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
  RunningFacts,
  SecretFacts,
  StackFacts,
  StackInfo,
} from "../../policy/facts.ts";
import { neededFacts } from "../../policy/needed-facts.ts";
import type { StackSpec } from "../../recipe/stack/types.ts";
import { isUp, OWNER_LABEL, STORAGE_CLASS_LABEL, volumeName } from "../../services/driver/names.ts";
import { lookImage } from "../../services/driver/resolve-image.ts";
import type { Engine, EngineContainer, EngineImage } from "../../services/engine/types.ts";
import { isPortFree } from "../../services/ports/free-port.ts";
import type { Ports } from "../../services/ports/port-office.ts";
import type { SecretBook } from "../../services/secrets/secret-book.ts";
import type { Judgement } from "../../services/stacks/types.ts";
import { type Deployment, LABELS } from "../../services/types.ts";
import type { AccountsConfig } from "../../site/services/accounts.ts";
import { pathFacts } from "./path-facts.ts";

export interface FactSources {
  readonly directory: Directory;
  readonly accounts: AccountsConfig;
  readonly policy: PolicyConfig;
  readonly engine: Pick<Engine, "image" | "volumes" | "networks">;
  /** The containers of a stack as last heard of. */
  readonly containers: (stack: string) => readonly EngineContainer[];
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
/** Of each kind: people, paths, hosts … What is beyond stays unknown. */
const MOST_ANSWERS = 1000;
const SIDE_BY_SIDE = 8;

/** All facts about a stack that is to be judged. */
export async function stackFacts(sources: FactSources, judgement: Judgement): Promise<StackFacts> {
  const { spec, by, before } = judgement;
  const { engine, directory, policy } = sources;
  // Images and volumes first: they tell which people and folders matter.
  const first = neededFacts(spec, policy);
  const [images, serviceImages, { volumes, ownVolumes }] = await Promise.all([
    mapOf(first.images, (image) => imageFacts(engine, image)),
    mapOf(
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
    ...{ groups, images, serviceImages, paths, freePorts, dns, volumes, ownVolumes },
    stacks: await mapOf(needed.stacks, async (name) =>
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

/** What was deployed, and what each container was really made of. */
function runningFacts({ containers }: FactSources, { spec, before }: Judgement): ReadonlyMap<string, RunningFacts> {
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

/** Answers by name; those that could not be had in time stay out, and so do those beyond what any recipe needs. */
async function mapOf<T>(
  names: readonly string[],
  ask: (name: string) => Promise<T | undefined>,
): Promise<ReadonlyMap<string, T>> {
  const found = new Map<string, T>();
  const waiting = names.slice(0, MOST_ANSWERS);
  const until = performance.now() + PATIENCE_MS;
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const asked = name;
      const value = performance.now() < until ? await orUndefined(() => ask(asked)) : undefined;
      if (value !== undefined) found.set(asked, value);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  return found;
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

// The one that lets somebody do the most: a viewer who may use the services, too, is no mere viewer.
const ROLES = ["admin", "operator", "user", "viewer"] as const;

async function personFacts(sources: FactSources, person: Account | undefined): Promise<PersonFacts | null> {
  if (!person) return null;
  const { directory, accounts } = sources;
  const names = person.groups.slice(0, GROUPS);
  const gids = await Promise.all(names.map((name) => directory.groupNumber(name)));
  const groups = names.flatMap((name, at) => {
    const gid = gids[at];
    return gid === undefined ? [] : [{ name, gid }];
  });
  const roles = rolesOf(person, accounts);
  return {
    ...{ name: person.user, uid: person.uid, groups },
    staff: isListed(person, accounts.staff),
    role: ROLES.find((role) => roles.includes(role)),
    mayActAs: mayActAs(person, accounts),
  };
}

/** What the engine has under that name; nothing, when it has to be pulled first. */
async function imageFacts(engine: FactSources["engine"], reference: string): Promise<ImageFacts | undefined> {
  const image = await lookImage(engine, reference);
  return image && factsOf(image);
}

// The build that a service gets, when that is known: a name may mean one build for what runs and another for what is wanted.
async function buildFacts(
  engine: FactSources["engine"],
  { images, spec }: Judgement,
  name: string,
): Promise<ImageFacts | undefined> {
  const resolved = images.get(name);
  if (resolved === undefined || spec.services.find((one) => one.name === name)?.image !== resolved.reference)
    return undefined;
  const image = await engine.image(resolved.local);
  return { ...(image && factsOf(image)), digest: resolved.digest };
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
async function volumeFacts(sources: FactSources, spec: StackSpec, names: readonly string[]) {
  if (spec.volumes.length === 0) return { volumes: new Map(), ownVolumes: new Map() };
  const all = await orUndefined(() => sources.engine.volumes({}));
  if (!all) return { volumes: undefined, ownVolumes: undefined };
  const there = new Map(all.map((one) => [one.name, one]));
  const volumes = await mapOf(names, async (name): Promise<OwnedVolume | null> => {
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

async function networkFacts(
  sources: FactSources,
  names: readonly string[],
): Promise<ReadonlyMap<string, OwnedPart | null> | undefined> {
  if (names.length === 0) return new Map();
  const all = await orUndefined(() => sources.engine.networks({}));
  if (!all) return undefined;
  const there = new Map(all.map((one) => [one.name, one]));
  return mapOf(names, async (name) => {
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
