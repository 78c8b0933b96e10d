// What the caller has to look up before a stack is judged: names of people, images, paths and so on, found in the spec. The more
// of it comes in as facts, the less is unknown. Pure.

import type { StackSpec } from "../recipe/stack/types.ts";
import type { PolicyConfig } from "./config.ts";
import type { StackFacts } from "./facts.ts";
import type { StackParts } from "./stack-subjects.ts";
import { partsOf } from "./stack-subjects.ts";
import { tagOf } from "./tags.ts";

/** What is to be looked up for `StackFacts`, part by part; each name once. */
export interface NeededFacts {
  /** Account names. */
  readonly people: readonly string[];
  /** Numbers whose accounts matter: put those into `people`, too. */
  readonly uids: readonly number[];
  readonly groups: readonly string[];
  /** Stacks: this one, and those that its secrets may be named after. */
  readonly stacks: readonly string[];
  /** As written. */
  readonly images: readonly string[];
  /** Host paths, as they are keys of `paths`. */
  readonly paths: readonly string[];
  /** Host ports, as they are keys of `freePorts`: `5432/tcp`. */
  readonly ports: readonly string[];
  /** Host names, as they are keys of `dns`. */
  readonly hosts: readonly string[];
  /** Volumes and networks of the engine that are said to exist. */
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
  /** Names in the store. */
  readonly secrets: readonly string[];
}

/**
 * What to look up for a stack. Numbers of users that only images know, and folders that only volumes of the engine know, are
 * among it once those are known: look them up first, and ask again.
 */
export function neededFacts(spec: StackSpec, policy: PolicyConfig, known: KnownFacts = {}): NeededFacts {
  const parts = partsOf(spec, known, policy);
  const tags = (...keys: readonly string[]) => keys.flatMap((key) => tagOf(spec.tags, key) ?? []);
  const { sharedNetworks } = policy.allowed;
  return {
    people: once(tags("owner", "staff-owner")),
    uids: once(uidsOf(parts)),
    groups: once(tags("group", "staff-group")),
    stacks: once([spec.name, ...spec.secrets.flatMap(({ store }) => store.split(".", 2))]),
    images: once(spec.services.map(({ image }) => image)),
    paths: once(parts.mount.flatMap(({ written }) => written ?? [])),
    ports: once(parts.port.flatMap(({ port }) => (port.host === undefined ? [] : [`${port.host}/${port.protocol}`]))),
    hosts: once(policy.names.proxy.length === 0 ? [] : parts.route.map(({ route }) => route.host)),
    // Shared ones, too: what they are made of decides which rules hold.
    volumes: once(spec.volumes.flatMap(({ external }) => external ?? [])),
    networks: once(spec.networks.flatMap(({ external }) => external ?? [])).filter(
      (name) => !sharedNetworks.includes(name),
    ),
    secrets: once(spec.secrets.map(({ store }) => store)),
  };
}

/** Facts that tell what else is needed. */
export type KnownFacts = Pick<StackFacts, "images" | "serviceImages" | "volumes" | "ownVolumes">;

// Numbers matter where files are shared with the world outside.
function uidsOf({ service }: StackParts): readonly number[] {
  const sharing = service.filter(({ mounts }) =>
    mounts.some(({ path, storageClass }) => path !== undefined || storageClass?.external),
  );
  return sharing.flatMap(({ runAs }) => (runAs.uid === undefined || runAs.uid === 0 ? [] : [runAs.uid]));
}

function once<T>(items: readonly T[]): readonly T[] {
  return [...new Set(items)];
}
