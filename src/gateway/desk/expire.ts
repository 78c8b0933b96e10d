// The end of images: by administrators as Shifter has it (spec/shifter.md 1.6), by owners, and by age. Nothing that is
// being pulled or needed by a job is touched.

import { type StoredImage, seesTag } from "../catalog/access.ts";
import { fail } from "../errors.ts";
import type { Collected, ImageName, Principal } from "../types.ts";
import { normalName } from "./names.ts";
import type { DeskParts } from "./parts.ts";
import { actorOf, eyesOf, hasScope, isAdmin, owns, person, staff, systemOf } from "./rights.ts";

/** True: its removal is queued; null: no such image; false: he is neither an administrator nor its owner. */
export async function expire(parts: DeskParts, who: Principal | undefined, given: ImageName): Promise<boolean | null> {
  const system = systemOf(parts.config(), given.system);
  const image = await parts.catalog.named(normalName(given));
  if (!who || (!isAdmin(who, system) && !(image && owns(who, image) && hasScope(who, "manage")))) return false;
  if (!image) return null;
  if (image.status === "READY" || image.status === "QUARANTINED") await retire(parts, who, image, normalName(given));
  return true;
}

/** Queues the removal of what is past its time, and ends requests that nobody works on. False: no administrator. */
export async function autoexpire(
  parts: DeskParts,
  who: Principal | undefined,
  name: string,
): Promise<readonly string[] | false> {
  const config = parts.config();
  if (!who || !isAdmin(who, systemOf(config, name))) return false;
  const silent = (heartbeatAt: number) => parts.now() - heartbeatAt > config.heartbeatMs / 1000;
  for (const pull of await parts.queue.unfinished(name))
    if (silent(pull.heartbeatAt)) await parts.queue.cancel(pull.id);
  const ids: string[] = [];
  for (const image of await parts.catalog.overdue(name)) {
    if (!(await parts.catalog.retire(image.key, actorOf(who), { overdue: true }))) continue;
    parts.removals.start(image);
    ids.push(image.id);
  }
  return ids;
}

/** Removes the name and, when nobody else gave the image another, the image. @throws E_GATEWAY_PINNED */
export async function remove(parts: DeskParts, asking: Principal, given: ImageName): Promise<void> {
  const who = person(asking, "manage", "removing an image");
  const name = normalName(given);
  const image = await ownImage(parts, who, name, "the removal");
  if (await othersUse(parts, who, image, name)) return parts.catalog.dropTag(name, actorOf(who));
  await retire(parts, who, image, name);
}

/** What the collector does or would do. */
export async function collect(parts: DeskParts, asking: Principal, name: string, dryRun: boolean): Promise<Collected> {
  const who = staff(asking, systemOf(parts.config(), name), "collecting garbage");
  const collected = await parts.collector(name, dryRun);
  if (dryRun) return collected;
  const { expired, orphanFiles, blobs, records, bytes } = collected;
  await parts.catalog.note({
    ...{ kind: "gc.done", system: name, imageId: null, itype: null, tag: null, outcome: "done" },
    actor: { uid: who.uid, name: who.user },
    detail: { expired: expired.length, orphanFiles: orphanFiles.length, blobs, records, bytes },
  });
  return collected;
}

/**
 * The image of the (normal) name, which he may change: as its owner or an administrator.
 *
 * @throws E_GATEWAY_NO_IMAGE when he may not even know of it; E_GATEWAY_OWNER
 */
export async function ownImage(
  parts: DeskParts,
  who: Principal,
  name: ImageName,
  action: string,
): Promise<StoredImage> {
  const system = systemOf(parts.config(), name.system);
  const image = (await parts.catalog.named(name)) ?? undefined;
  const there = image && (image.status === "READY" || image.status === "QUARANTINED") ? image : undefined;
  if (there && (owns(who, there) || isAdmin(who, system))) return there;
  if (there?.status !== "READY" || !seesTag(there, name.tag, await eyesOf(who))) {
    throw fail("E_GATEWAY_NO_IMAGE", { ...name });
  }
  throw fail("E_GATEWAY_OWNER", { action, itype: name.itype, tag: name.tag, user: who.user });
}

async function retire(parts: DeskParts, who: Principal, image: StoredImage, name: ImageName): Promise<void> {
  if (await parts.catalog.retire(image.key, actorOf(who))) return parts.removals.start(image);
  const pins = await parts.catalog.pins(image.key);
  // Else somebody was faster, which is as good.
  if (pins.length === 0) return;
  const holders = pins.slice(0, 5).map(({ holder }) => holder);
  throw fail("E_GATEWAY_PINNED", { itype: name.itype, tag: name.tag, holders: holders.join(", ") });
}

// The first puller of a public image owns it, but others gave it names of theirs, and rely on them.
async function othersUse(parts: DeskParts, who: Principal, image: StoredImage, name: ImageName): Promise<boolean> {
  for (const tag of image.tags) {
    if (tag === name.tag) continue;
    const last = (await parts.catalog.tagHistory({ system: image.system, itype: image.itype, tag })).at(-1);
    if (last && last.by !== who.user) return true;
  }
  return false;
}
