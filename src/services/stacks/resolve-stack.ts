// What the tags of a deployment mean, and which ports of the host it gets.

import { hasCode } from "../../base/errors.ts";
import type { ServiceSpec, StackSpec } from "../../recipe/stack/types.ts";
import type { Deployment, ResolvedImage } from "../types.ts";
import { allowed } from "./allowed.ts";
import type { Doing } from "./doing.ts";
import { movedTags, takenAsSpin } from "./moved-tags.ts";
import type { Room, StackDriver } from "./parts.ts";
import { setResolved } from "./stack-records.ts";
import type { PortWish } from "./types.ts";

/** So many images are resolved side by side. */
const SIDE_BY_SIDE = 3;

/**
 * Resolves images and chooses ports, and records both. Judged once more between the two: only now it is known which builds its
 * tags mean, and as whom those run. @throws E_STACK_REFUSED
 */
export async function resolveStack(
  doing: Doing,
  deployment: Deployment,
  before: Deployment | undefined,
): Promise<Deployment> {
  const images = await resolveImages(doing, deployment, before);
  const { by } = deployment;
  const builds = new Map(Object.entries(images));
  const subject = { spec: deployment.spec, places: new Map(), by, images: builds, before };
  const { spec, findings } = await allowed(doing.room, subject, { signal: doing.signal });
  if (takesCached(doing.room) && !doing.arguments.renew)
    for (const moved of movedTags(spec, imagesOf(before), builds))
      await doing.note({ kind: "tag", service: moved.service, message: takenAsSpin(moved) });
  const ports = await choosePorts(doing, deployment, before?.ports ?? {}, []);
  await setResolved(doing.room.store.db, deployment.id, { images, ports, spec, findings });
  return { ...deployment, images, ports, spec, findings };
}

/** Ports again, after some were found taken by other programs. */
export async function resolvePortsAgain(
  doing: Doing,
  deployment: Deployment,
  avoid: readonly number[],
): Promise<Deployment> {
  const held = Object.fromEntries(Object.entries(deployment.ports).filter(([, port]) => !avoid.includes(port)));
  const ports = await choosePorts(doing, deployment, held, avoid);
  await setResolved(doing.room.store.db, deployment.id, { images: deployment.images, ports });
  return { ...deployment, ports };
}

/** The images of a deployment by service. */
export function imagesOf(deployment: Deployment | undefined): ReadonlyMap<string, ResolvedImage> {
  return new Map(Object.entries(deployment?.images ?? {}));
}

/** What is known of the images without asking any registry: kept digests, and what the engine has. */
export async function lookImages(
  room: Pick<Room, "driver" | "tags">,
  spec: StackSpec,
  before: Deployment | undefined,
): Promise<ReadonlyMap<string, ResolvedImage>> {
  const found = new Map<string, ResolvedImage>();
  for (const service of spec.services) {
    const kept = takesCached(room) ? undefined : keptImage(service, before);
    const image = kept ?? (await lookImage(room.driver, service.image));
    if (image) found.set(service.name, image);
  }
  return found;
}

// As on Spin: a container that is made anew is of what the engine has under the tag.
function takesCached({ tags }: Pick<Room, "tags">): boolean {
  return tags?.() === "as-spin";
}

async function lookImage(driver: StackDriver, reference: string): Promise<ResolvedImage | undefined> {
  try {
    return await driver.resolve(reference, "never");
  } catch (error) {
    if (hasCode(error, "E_DRIVER_NO_IMAGE")) return undefined;
    throw error;
  }
}

// The same words in the recipe keep the digest that they meant: only an upgrade, or `pull: always`, asks again.
function keptImage(service: ServiceSpec, before: Deployment | undefined): ResolvedImage | undefined {
  const known = before?.images[service.name];
  return known?.reference === service.image && service.pull !== "always" ? known : undefined;
}

async function resolveImages(doing: Doing, deployment: Deployment, before: Deployment | undefined) {
  const images = new Map<string, ResolvedImage>();
  const waiting = [...deployment.spec.services];
  let failure: unknown;
  const worker = async () => {
    for (let service = waiting.shift(); service; service = waiting.shift()) {
      try {
        images.set(service.name, await resolveOne(doing, service, before));
      } catch (error) {
        failure ??= error;
        waiting.length = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  if (failure !== undefined) throw failure;
  return Object.fromEntries([...images].sort());
}

async function resolveOne(doing: Doing, service: ServiceSpec, before: Deployment | undefined) {
  const { renew } = doing.arguments;
  const renewed = renew?.services.includes(service.name) ?? false;
  // Who upgrades one service changes no other.
  const anew = renewed || (!renew && takesCached(doing.room));
  const kept = anew ? undefined : keptImage(service, before);
  if (kept) return kept;
  const pull = service.pull === "never" ? "never" : renewed && renew ? renew.pull : service.pull;
  return doing.room.driver.resolve(service.image, pull, { signal: doing.signal, platform: service.platform });
}

function choosePorts(
  doing: Doing,
  { spec, by }: Deployment,
  held: Readonly<Record<string, number>>,
  avoid: readonly number[],
): Promise<Readonly<Record<string, number>>> {
  const wishes = spec.services.flatMap((service) =>
    service.ports.map(
      ({ container, host, protocol }): PortWish => ({
        ...{ container, host, protocol, service: service.name },
        key: `${service.name}/${container}/${protocol}`,
      }),
    ),
  );
  if (wishes.length === 0) return Promise.resolve({});
  const owner = spec.tags["owner"] ?? by.user;
  return doing.room.ports.choose({ stack: spec.name, owner, wishes, held, avoid }, { signal: doing.signal });
}
