// Networks, volumes, secrets and configurations held against the services that use them: what is used must be declared, and what is not
// used is left out.

import { didYouMean } from "../../base/nearest.ts";
import type { ConfigSpec, NetworkSpec, SecretSpec, ServiceSpec, VolumeSpec } from "../stack/types.ts";
import { child, type Field } from "./fields.ts";
import { type Notebook, type Spot, segment } from "./notebook.ts";

interface Named {
  readonly name: string;
}

/** Everything that a recipe declares beside services. */
export interface Resources {
  readonly networks: readonly NetworkSpec[];
  readonly volumes: readonly VolumeSpec[];
  readonly secrets: readonly SecretSpec[];
  readonly configs: readonly ConfigSpec[];
}

/** A use of something by a service, and where it stands. */
interface Use {
  readonly name: string;
  readonly service: string;
  readonly pointer: string;
}

/** The resources that services use. The network `default` needs no declaration. */
export function usedResources(
  services: readonly ServiceSpec[],
  declared: Resources,
  root: Field,
  notebook: Notebook,
): Resources {
  const hasDefault = declared.networks.some(({ name }) => name === "default");
  const networks = hasDefault ? declared.networks : [...declared.networks, DEFAULT_NETWORK];
  const pick = <T extends Named>(key: string, things: readonly T[], uses: readonly Use[], cure = declare(key)) =>
    pickUsed(key, things, uses, cure, root, notebook);
  return {
    networks: pick("networks", networks, usesOf(services, "networks")),
    volumes: pick("volumes", declared.volumes, volumeUses(services)),
    secrets: pick("secrets", declared.secrets, usesOf(services, "secrets"), secretCure),
    configs: pick("configs", declared.configs, usesOf(services, "configs")),
  };
}

function usesOf(services: readonly ServiceSpec[], part: "networks" | "secrets" | "configs"): readonly Use[] {
  return services.flatMap((service) =>
    service[part].map(({ name }, index) => ({ name, service: service.name, pointer: pointerOf(service, part, index) })),
  );
}

function volumeUses(services: readonly ServiceSpec[]): readonly Use[] {
  return services.flatMap((service) =>
    service.mounts.flatMap((mount, index) =>
      mount.kind === "volume"
        ? [{ name: mount.volume, service: service.name, pointer: pointerOf(service, "mounts", index) }]
        : [],
    ),
  );
}

function declare(key: string): Cure {
  return (name) => `write ${key}: {${name}: } at the top of the file`;
}

type Cure = (name: string) => string;

const secretCure: Cure = (name) =>
  `write secrets: {${name}: {external: true}} at the top of the file, and make it with berth secret create`;

const DEFAULT_NETWORK: NetworkSpec = {
  name: "default",
  external: undefined,
  driver: undefined,
  options: {},
  internal: false,
  ipv6: false,
  subnets: [],
  labels: {},
};

function pointerOf(service: ServiceSpec, part: string, index: number): string {
  return `/services/${segment(service.name)}/${part}/${index}`;
}

/** Names that an unknown one is compared with: each costs time with each. */
const MAX_COMPARED = 1000;

function pickUsed<T extends Named>(
  key: string,
  things: readonly T[],
  uses: readonly Use[],
  cure: Cure,
  root: Field,
  notebook: Notebook,
): readonly T[] {
  const known = new Set(things.map(({ name }) => name));
  const few = [...known].slice(0, MAX_COMPARED);
  const entries = child(root, key);
  const written = entries?.node.kind === "map" ? entries.node.entries : new Map<string, never>();
  for (const { name, service, pointer } of uses) {
    if (known.has(name) || written.has(name)) continue;
    if (notebook.full()) break;
    const spot: Spot = { pointer, at: notebook.places.get(pointer) };
    const word = key.slice(0, -1);
    const near = didYouMean(name, few).hint;
    notebook.error(spot, `${service} uses the ${word} ${name}, which is not declared`, near ?? cure(name));
  }
  const used = new Set(uses.map(({ name }) => name));
  for (const { name } of things) {
    const at = notebook.places.get(`/${key}/${segment(name)}`);
    if (used.has(name) || at === undefined) continue;
    notebook.info({ pointer: `/${key}/${segment(name)}`, at }, `${name} of ${key} is used by no service and left out`);
  }
  return things.filter(({ name }) => used.has(name));
}
