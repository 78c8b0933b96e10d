// Takes a stack apart into what its rules look at. Pure; knows no rule.

import type { MountSpec, PortSpec, ServiceSpec, StackSpec, VolumeSpec } from "../recipe/stack/types.ts";
import type { MountRoot, PolicyConfig, Reach } from "./config.ts";
import type { PersonFacts, StackFacts } from "./facts.ts";
import { depthBelow, isWithin, plainPath } from "./host-path.ts";
import { readImageName } from "./image-name.ts";
import { typeOfService } from "./names.ts";
import { pointerTo } from "./pointer.ts";
import { classOfPort, isLoopback } from "./port-class.ts";
import { runAsOf } from "./run-as.ts";
import type * as Kinds from "./subjects.ts";
import { tagOf } from "./tags.ts";
import { hiddenBind } from "./volume-options.ts";

/** Everything of one stack that rules look at, by kind. */
export interface StackParts {
  readonly stack: readonly Kinds.StackSubject[];
  readonly service: readonly Kinds.ServiceSubject[];
  readonly image: readonly Kinds.ImageSubject[];
  readonly build: readonly Kinds.BuildSubject[];
  readonly mount: readonly Kinds.MountSubject[];
  readonly volume: readonly Kinds.VolumeSubject[];
  readonly network: readonly Kinds.NetworkSubject[];
  readonly port: readonly Kinds.PortSubject[];
  readonly route: readonly Kinds.RouteSubject[];
  readonly "secret-use": readonly Kinds.SecretUseSubject[];
}

/** The parts of a stack. */
export function partsOf(spec: StackSpec, facts: StackFacts, policy: PolicyConfig): StackParts {
  const around: Around = { spec, facts, policy, stack: spec.name, names: namesOf(spec) };
  const services = spec.services.map((service) => serviceSubject(service, around));
  const owner = tagOf(spec.tags, "owner");
  return {
    stack: [{ ...around, pointer: "", services }],
    service: services,
    image: services.map((of) => imageSubject(of.service.image, { ...baseOf(of), of }, "/image")),
    build: services.map((of) => ({
      ...baseOf(of),
      image: of.image ?? undefined,
      dockerfile: of.image?.dockerfile,
      of,
    })),
    mount: services.flatMap((of) => of.mounts.map((view) => ({ ...baseOf(of), ...view, of }))),
    volume: spec.volumes.map((volume) => ({ ...around, pointer: pointerTo("/volumes", volume.name), volume, owner })),
    network: spec.networks.map((network) => ({
      ...around,
      pointer: pointerTo("/networks", network.name),
      network,
      owner,
    })),
    port: services.flatMap(portSubjects),
    route: services.flatMap((of) =>
      of.service.routes.map((route, index) => ({
        ...baseOf(of),
        pointer: pointerTo(of.pointer, "routes", index),
        route,
        of,
      })),
    ),
    "secret-use": services.flatMap((of) => secretUses(of)),
  };
}

function namesOf({ services, volumes, networks, configs, secrets }: StackSpec): Kinds.StackNames {
  return {
    services: new Set(services.map(({ name }) => name)),
    volumes: new Map(volumes.map((volume) => [volume.name, volume])),
    networks: new Map(networks.map((network) => [network.name, network])),
    configs: new Map(configs.map((config) => [config.name, config])),
    stores: new Map(secrets.map(({ name, store }) => [name, store])),
  };
}

interface Around {
  readonly names: Kinds.StackNames;
  readonly spec: StackSpec;
  readonly facts: StackFacts;
  readonly policy: PolicyConfig;
  readonly stack: string;
}

function baseOf({ policy, facts, pointer, stack, serviceName }: Kinds.ServiceSubject): Kinds.Subject {
  return { policy, facts, pointer, stack, serviceName };
}

function serviceSubject(service: ServiceSpec, around: Around): Kinds.ServiceSubject {
  const { spec, facts, policy } = around;
  const pointer = pointerTo("/services", service.name);
  const image = facts.serviceImages?.get(service.name) ?? facts.images?.get(service.image);
  const mounts = service.mounts.map((mount, index) => mountView(mount, pointerTo(pointer, "mounts", index), around));
  return {
    ...around,
    pointer,
    serviceName: service.name,
    service,
    image,
    runAs: runAsOf(service, image),
    mounts,
    external: mounts.filter(({ root, storageClass }) => root?.external === true || storageClass?.external === true),
    open: isOpen(service, policy),
    owner: ownerOf(spec, facts),
  };
}

function ownerOf({ tags }: StackSpec, { people }: StackFacts): PersonFacts | null | undefined {
  const name = tagOf(tags, "owner");
  return name === undefined ? undefined : people?.get(name);
}

// Reached by the public: through a route that asks nobody to sign in, or on a port that the world may connect to.
function isOpen(service: ServiceSpec, policy: PolicyConfig): boolean {
  if (service.authenticated) return false;
  if (service.routes.some(({ protocol, auth }) => protocol === "http" && auth === "none")) return true;
  const published = service.ports.filter(({ address }) => !isLoopback(address));
  // Nobody can be asked to sign in on a bare connection, whatever its route says.
  const listened = service.routes.flatMap(({ protocol, listen, port }) =>
    protocol === "tcp" && listen !== undefined ? [tcpPort(port, listen)] : [],
  );
  return [...published, ...listened].some(({ host, protocol }) => {
    // The platform picks a port that reaches as far as services of the type should.
    if (host === undefined) return typeReach(service.name, policy) === "world";
    return classOfPort(host, protocol, policy)?.class.reach === "world";
  });
}

function typeReach(service: string, { serviceTypes }: PolicyConfig): Reach | undefined {
  return serviceTypes.get(typeOfService(service, serviceTypes) ?? "")?.reach;
}

function mountView(mount: MountSpec, pointer: string, { names, facts, policy }: Around): Kinds.MountView {
  const declared = mount.kind === "volume" ? names.volumes.get(mount.volume) : undefined;
  const volume = declared && asThere(declared, facts);
  const written = mount.kind === "bind" ? mount.source : volume && hiddenBind(volume);
  const path = written === undefined ? undefined : plainPath(written);
  const storageClassName =
    mount.kind === "volume" && path === undefined ? (volume?.storageClass ?? policy.defaultStorageClass) : undefined;
  return {
    mount,
    pointer,
    path,
    written,
    root: path === undefined ? undefined : rootOf(realPath(written ?? path, path, facts), policy.mounts),
    volume,
    storageClass: storageClassName === undefined ? undefined : policy.storageClasses.get(storageClassName),
    storageClassName,
    readOnly: mount.kind !== "tmpfs" && mount.readOnly,
  };
}

// A volume that the engine has stays what it was made as, whatever the recipe says of it now.
function asThere(volume: VolumeSpec, { volumes, ownVolumes }: StackFacts): VolumeSpec {
  const { external, name } = volume;
  const there = external === undefined ? ownVolumes?.get(name) : volumes?.get(external);
  if (!there) return volume;
  const { driver, options = {}, storageClass = volume.storageClass } = there;
  return { ...volume, driver, options, storageClass };
}

// Where the data are in truth decides, wherever the name seems to lead.
function realPath(written: string, path: string, { paths }: StackFacts): string {
  const real = (paths?.get(written) ?? paths?.get(path))?.real;
  return real === undefined ? path : plainPath(real);
}

function rootOf(path: string, roots: readonly MountRoot[]): MountRoot | undefined {
  const fitting = roots.filter((root) => isWithin(path, root.path));
  // The innermost says most about the path.
  return fitting.sort((a, b) => (depthBelow(path, a.path) ?? 0) - (depthBelow(path, b.path) ?? 0))[0];
}

function imageSubject(
  image: string,
  base: Kinds.Subject & { readonly of: Kinds.ServiceSubject | undefined },
  at: string,
): Kinds.ImageSubject {
  const name = readImageName(image);
  return {
    ...base,
    pointer: base.pointer + at,
    image,
    name,
    known: base.of ? base.of.image : base.facts.images?.get(image),
  };
}

/** An image by itself, outside any stack. */
export function loneImage(image: string, facts: StackFacts, policy: PolicyConfig): Kinds.ImageSubject {
  return imageSubject(image, { facts, policy, pointer: "", of: undefined }, "");
}

// A TCP route makes the proxy listen on a port of the host, which is as open as a published one.
function portSubjects(of: Kinds.ServiceSubject): readonly Kinds.PortSubject[] {
  const published = of.service.ports.map((port, index) => ({ port, pointer: pointerTo(of.pointer, "ports", index) }));
  const listened = of.service.routes.flatMap(({ listen, port, protocol }, index) => {
    const pointer = pointerTo(of.pointer, "routes", index, "listen");
    return protocol === "tcp" && listen !== undefined ? [{ port: tcpPort(port, listen), pointer }] : [];
  });
  return [...published, ...listened].map((one) => ({ ...baseOf(of), ...one, of }));
}

function tcpPort(container: number, host: number): PortSpec {
  return { container, host, protocol: "tcp" };
}

function secretUses(of: Kinds.ServiceSubject): readonly Kinds.SecretUseSubject[] {
  return of.service.secrets.map((use, index) => ({
    ...baseOf(of),
    pointer: pointerTo(of.pointer, "secrets", index),
    use,
    store: of.names.stores.get(use.name),
    of,
  }));
}
