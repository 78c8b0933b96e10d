// What one service's part of a recipe means for others: kinds, waiting, names that links ask for, mounts that are taken from another
// service; and what cannot be together.

import { didYouMean } from "../../base/nearest.ts";
import type { MountSpec, NetworkUse, ServiceSpec } from "../stack/types.ts";
import { circleOf } from "./circle.ts";
import type { Field } from "./fields.ts";
import type { Notebook } from "./notebook.ts";
import type { ServiceDraft } from "./service/read-service.ts";

type Drafts = ReadonlyMap<string, ServiceDraft>;

/** The services of a stack, from their drafts. `inactive`: services that are in the recipe and not deployed. */
export function settleServices(
  drafts: Drafts,
  inactive: ReadonlySet<string>,
  notebook: Notebook,
): readonly ServiceSpec[] {
  const awaited = new Set<string>();
  for (const { dependencies } of drafts.values()) {
    for (const { dependency } of dependencies)
      if (dependency.condition === "completed") awaited.add(dependency.service);
  }
  checkDependencies(drafts, inactive, notebook);
  checkPublished(drafts, notebook);
  const aliases = linkAliases(drafts);
  return [...drafts.values()].map((draft) => {
    const { spec, service } = draft;
    const { kind, restart } = kindOf(draft, awaited.has(service.name), notebook);
    const settled: ServiceSpec = {
      ...spec,
      kind,
      restart,
      networks: spec.networks.map((use) => withAliases(use, aliases.get(`${service.name}\n${use.name}`))),
      dependsOn: draft.dependencies.map(({ dependency }) => dependency).filter(({ service: name }) => drafts.has(name)),
      mounts: allMounts(draft, drafts, notebook),
    };
    checkTogether(draft, settled, notebook);
    return settled;
  });
}

function kindOf(draft: ServiceDraft, awaited: boolean, notebook: Notebook): Pick<ServiceSpec, "kind" | "restart"> {
  const { restart, once, service } = draft;
  const keeps = restart?.when === "always" || restart?.when === "unless-stopped";
  if (keeps && (once || awaited)) {
    const message = `${service.name} is to run to its end, and to be started again when it has ended`;
    notebook.error(service.field, message, 'write restart: "no", or on-failure');
  }
  const job = once || (awaited && !keeps);
  if (!job && restart === undefined) {
    const message = `${service.name} is not started again when it ends, because restart is not said`;
    notebook.info(service.field, message, "write restart: unless-stopped, or x-berth: {once: true}");
  }
  return { kind: job ? "job" : "service", restart: restart ?? { when: "no" } };
}

function checkDependencies(drafts: Drafts, inactive: ReadonlySet<string>, notebook: Notebook): void {
  for (const { service, dependencies } of drafts.values()) {
    for (const { dependency, field } of dependencies) {
      const { service: name, required } = dependency;
      const other = drafts.get(name);
      if (other === undefined) missing(field, service.name, name, required, drafts, inactive, notebook);
      else if (
        dependency.condition === "healthy" &&
        (other.spec.health === undefined || other.spec.health.test?.length === 0)
      ) {
        const message = `${service.name} waits for ${name} to be healthy, which has no healthcheck here`;
        if (other.spec.health?.http === undefined) notebook.warn(field, message, "give it one, unless its image has");
      }
    }
  }
  const graph = new Map(
    [...drafts].map(([name, { dependencies }]) => [name, dependencies.map(({ dependency }) => dependency.service)]),
  );
  const circle = circleOf(graph);
  const first = circle && drafts.get(circle[0] ?? "");
  if (circle && first) {
    notebook.error(first.service.field, `services wait for each other: ${[...circle, circle[0]].join(" → ")}`);
  }
}

/** A port of the machine is one service's. */
function checkPublished(drafts: Drafts, notebook: Notebook): void {
  const taken = new Map<string, { readonly name: string; readonly address: string }[]>();
  for (const { service, spec } of drafts.values()) {
    spec.ports.forEach(({ host, protocol, address }, index) => {
      if (host === undefined) return;
      const key = `${host}/${protocol}`;
      const wanted = address === undefined || /^(?:0\.0\.0\.0|::)$/.test(address) ? "" : address;
      const others = taken.get(key) ?? [];
      const other = others.find(
        ({ name, address: at }) => name !== service.name && (at === wanted || at === "" || wanted === ""),
      );
      const pointer = `${service.pointer}/ports/${index}`;
      const spot = { pointer, at: notebook.places.get(pointer) };
      if (other)
        notebook.error(spot, `${service.name} and ${other.name} both publish port ${key}`, "give one of them another");
      taken.set(key, [...others, { name: service.name, address: wanted }]);
    });
  }
}

function missing(
  field: Field,
  service: string,
  name: string,
  required: boolean,
  drafts: Drafts,
  inactive: ReadonlySet<string>,
  notebook: Notebook,
): void {
  const why = inactive.has(name) ? "which is of a profile that is not active" : "which does not exist";
  const message = `${service} needs the service ${name}, ${why}`;
  const near = () => (notebook.full() ? undefined : didYouMean(name, [...drafts.keys()]).hint);
  const hint = inactive.has(name) ? "activate the profile" : near();
  if (required) notebook.error(field, message, hint);
  else notebook.warn(field, `${message}: it goes without`, hint);
}

/** Names under which links know a service, by service and network. */
function linkAliases(drafts: Drafts): ReadonlyMap<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { links, spec } of drafts.values()) {
    const joined = new Set(spec.networks.map(({ name }) => name));
    for (const { service, alias } of links) {
      if (alias === service) continue;
      for (const { name } of drafts.get(service)?.spec.networks ?? []) {
        if (!joined.has(name)) continue;
        const key = `${service}\n${name}`;
        found.set(key, (found.get(key) ?? new Set()).add(alias));
      }
    }
  }
  return found;
}

function withAliases(use: NetworkUse, more: ReadonlySet<string> | undefined): NetworkUse {
  return more === undefined ? use : { ...use, aliases: [...new Set([...use.aliases, ...more])] };
}

const MAX_MOUNTS = 500;
/** Services whose mounts one service takes; more than anybody writes. */
const MAX_LENDERS = 50;

/** A service's mounts with those of the services named by `volumes_from`; its own win. */
function allMounts(draft: ServiceDraft, drafts: Drafts, notebook: Notebook): readonly MountSpec[] {
  const { service } = draft;
  const found = new Map<string, MountSpec>();
  if (draft.mounts.length > MAX_MOUNTS)
    notebook.refuse(service.field, `${service.name} mounts more than ${MAX_MOUNTS} things`);
  for (const { mount, field } of draft.mounts.slice(0, MAX_MOUNTS)) {
    if (found.has(mount.target)) notebook.error(field, `two things are mounted at ${mount.target}`);
    else notebook.place(`${service.pointer}/mounts/${found.size}`, field.at);
    found.set(mount.target, mount);
  }
  const lenders = new Set([service.name]);
  const lent = borrowed(draft, drafts, lenders);
  if (lenders.size > MAX_LENDERS)
    notebook.refuse(service.field, `${service.name} takes the mounts of too many services`);
  for (const { mount, field } of lent) {
    if (found.has(mount.target) || found.size >= MAX_MOUNTS) continue;
    notebook.place(`${service.pointer}/mounts/${found.size}`, field.at);
    found.set(mount.target, mount);
  }
  return [...found.values()];
}

function borrowed(draft: ServiceDraft, drafts: Drafts, seen: Set<string>): { mount: MountSpec; field: Field }[] {
  return draft.volumesFrom.flatMap(({ service, readOnly, field }) => {
    const other = drafts.get(service);
    if (other === undefined || seen.has(service) || seen.size > MAX_LENDERS) return [];
    seen.add(service);
    const theirs = [
      ...other.mounts.slice(0, MAX_MOUNTS).map(({ mount }) => mount),
      ...borrowed(other, drafts, seen).map(({ mount }) => mount),
    ];
    return theirs.map((mount) => ({
      field,
      mount: readOnly && mount.kind !== "tmpfs" ? { ...mount, readOnly } : mount,
    }));
  });
}

/** Things that an engine would refuse later, or that cannot be true for several containers. */
function checkTogether({ service }: ServiceDraft, spec: ServiceSpec, notebook: Notebook): void {
  const published = spec.ports.find(({ host }) => host !== undefined);
  if (spec.replicas > 1 && published !== undefined) {
    const message = `${spec.replicas} containers of ${spec.name} cannot all publish port ${published.host}`;
    notebook.error(
      service.field,
      message,
      "publish no port and add a route, or leave the port's choice to the platform",
    );
  }
  if (spec.replicas > 1 && spec.networks.some(({ ipv4, ipv6 }) => ipv4 !== undefined || ipv6 !== undefined)) {
    notebook.refuse(service.field, `${spec.replicas} containers of ${spec.name} cannot have one address`);
  }
  if (spec.ports.length > 0 && spec.networkMode?.startsWith("service:") === true) {
    notebook.error(service.field, `${spec.name} uses another service's network: that one publishes the ports`);
  } else if (spec.ports.length > 0 && (spec.networkMode === "host" || spec.networkMode === "none")) {
    notebook.warn(service.field, `ports have no effect with network_mode ${spec.networkMode}`);
  }
}
