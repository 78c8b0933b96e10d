// Looking things up: single images and lists. Whoever may not know of an image is told the same as when there is none.

import { hasCode } from "../../base/errors.ts";
import { type StoredImage, seesTag, shownTo } from "../catalog/access.ts";
import { fail } from "../errors.ts";
import type { Eyes } from "../records.ts";
import type { ImageName, ImageRecord, ListFilter, Lookup, Page, Principal, TagMove, WriteImage } from "../types.ts";
import { normalName } from "./names.ts";
import type { DeskParts } from "./parts.ts";
import { eyesOf, isAdmin, isStaff, person, systemOf } from "./rights.ts";

const MAX_MATCH = 200;
const MAX_LOOKUPS = 10_000;

/** Finds the image and counts it as used. Nobody has more rights here than its readers, administrators neither. */
export async function lookup(parts: DeskParts, who: Principal | undefined, given: ImageName): Promise<ImageRecord> {
  admit(parts, who, "a lookup");
  systemOf(parts.config(), given.system);
  const name = normalName(given);
  const image = await parts.catalog.find(name);
  if (!image) throw fail("E_GATEWAY_NO_IMAGE", { ...name });
  // Groups cost a question to the directory; most images are public.
  const open = !image.private && image.privateTags.length === 0;
  const eyes: Eyes = open ? { uid: who?.uid, gids: [] } : await eyesOf(who);
  if (!seesTag(image, name.tag, eyes)) throw fail("E_GATEWAY_NO_IMAGE", { ...name });
  parts.catalog.used(image, name, who && { uid: who.uid, user: who.user });
  return shownTo(image, eyes);
}

/**
 * Finds the image in any state for those who look after the system and for its owner, who was told of it when he pulled it; for
 * others what they may read. No use.
 */
export async function show(parts: DeskParts, who: Principal | undefined, given: ImageName): Promise<ImageRecord> {
  admit(parts, who, "a lookup");
  const system = systemOf(parts.config(), given.system);
  const name = normalName(given);
  const hidden = async () => (await parts.catalog.named(name)) ?? (await parts.catalog.quarantined(name));
  if (isStaff(who, system)) {
    const image = await hidden();
    if (image) return image;
    throw fail("E_GATEWAY_NO_IMAGE", { ...name });
  }
  try {
    const { image, eyes } = await seen(parts, who, name);
    return shownTo(image, eyes);
  } catch (error) {
    const image = who && hasCode(error, "E_GATEWAY_NO_IMAGE") ? await hidden() : undefined;
    if (image?.status === "QUARANTINED" && image.owner?.uid === who?.uid) return image;
    throw error;
  }
}

/** The READY image of the (normal) name and the eyes that see it. @throws E_GATEWAY_NO_IMAGE */
export async function seen(
  { catalog }: DeskParts,
  who: Principal | undefined,
  name: ImageName,
): Promise<{ readonly image: StoredImage; readonly eyes: Eyes }> {
  const image = await catalog.find(name);
  const eyes = await eyesOf(who);
  if (!image || !seesTag(image, name.tag, eyes)) throw fail("E_GATEWAY_NO_IMAGE", { ...name });
  return { image, eyes };
}

/** READY images that may be read; with `all` everything that is there, for those who look after the system. */
export async function list(
  parts: DeskParts,
  who: Principal | undefined,
  filter: ListFilter,
): Promise<Page<ImageRecord>> {
  admit(parts, who, "a list");
  const system = systemOf(parts.config(), filter.system);
  if (filter.mine && !who) throw fail("E_GATEWAY_WHO", { action: "a list of one's own images" });
  if (filter.match !== undefined && filter.match.length > MAX_MATCH) {
    throw fail("E_GATEWAY_REQUEST", { why: `what names shall have in them is longer than ${MAX_MATCH} characters` });
  }
  const all = filter.all === true && !filter.mine && isStaff(who, system);
  return parts.catalog.list(filter, all ? "all" : await eyesOf(who));
}

/** All READY images that may be read, as `write` puts them. */
export async function listTexts(
  parts: DeskParts,
  who: Principal | undefined,
  system: string,
  write: WriteImage,
): Promise<readonly Buffer[]> {
  admit(parts, who, "a list");
  systemOf(parts.config(), system);
  return parts.catalog.texts(system, write, await eyesOf(who));
}

/** The last lookups, for administrators; others see none (spec/shifter.md 1.3, cases 111 and 112). */
export async function lookups(
  parts: DeskParts,
  who: Principal | undefined,
  system: string,
  limit: number,
): Promise<readonly Lookup[]> {
  const config = parts.config();
  if (!isAdmin(who, systemOf(config, system)) || !config.lookupsKept || !(limit >= 1)) return [];
  return parts.catalog.lookups(system, Math.min(Math.trunc(limit), MAX_LOOKUPS));
}

/** How the name moved between images, for those who may read what it points to. */
export async function tagHistory(parts: DeskParts, who: Principal, given: ImageName): Promise<readonly TagMove[]> {
  const system = systemOf(parts.config(), given.system);
  const name = normalName(given);
  if (!isStaff(person(who, "read", "the history of a name"), system)) await seen(parts, who, name);
  return parts.catalog.tagHistory(name);
}

function admit({ config }: DeskParts, who: Principal | undefined, action: string): void {
  if (who || !config().anonymous) person(who, "read", action);
}
