// Pins: who may hold an image against its expiry, and for how long.

import { fail } from "../errors.ts";
import type { HeldImage, ImageName, Page, PinFilter, Principal } from "../types.ts";
import { seen } from "./find-images.ts";
import { normalName } from "./names.ts";
import type { DeskParts } from "./parts.ts";
import { actorOf, eyesOf, isStaff, owns, person, systemOf } from "./rights.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
const HOLDER = /^[A-Za-z0-9_.:@/+-]{1,200}$/;

/**
 * Holds the image. Whoever may read it may do so for as long as a use would keep it; its owner and those who look after
 * the system (the batch system's account among them) for any time.
 */
export async function pin(
  parts: DeskParts,
  asking: Principal,
  given: ImageName,
  pinning: { readonly holder: string; readonly until: number | null },
): Promise<void> {
  const who = person(asking, "pull", "pinning an image");
  const name = normalName(given);
  const { image, trusted } = await held(parts, who, name);
  const { holder } = pinning;
  if (!HOLDER.test(holder)) throw fail("E_GATEWAY_REQUEST", { why: "a holder is one word, as in job:123" });
  const present = (await parts.catalog.pins(image.key)).find((other) => other.holder === holder);
  if (present && present.uid !== who.uid && !trusted.staff)
    throw fail("E_GATEWAY_PINNED", { ...given, holders: holder });
  const latest = parts.now() + parts.config().expirationMs / 1000;
  const until = trusted.staff || trusted.owner ? pinning.until : Math.min(pinning.until ?? latest, latest);
  const set = await parts.catalog.pin(image.key, { holder, uid: who.uid, until }, { name, by: actorOf(who) });
  if (!set) throw fail("E_GATEWAY_NO_IMAGE", { ...name });
}

/** Takes a pin away: one's own, or as the image's owner or staff any. */
export async function unpin(parts: DeskParts, asking: Principal, given: ImageName, holder: string): Promise<void> {
  const who = person(asking, "pull", "taking a pin away");
  const name = normalName(given);
  const { image, trusted } = await held(parts, who, name);
  const present = (await parts.catalog.pins(image.key)).find((other) => other.holder === holder);
  const mine = present?.uid === who.uid || trusted.staff || trusted.owner;
  if (present && !mine) {
    throw fail("E_GATEWAY_OWNER", { action: "taking a pin away", itype: name.itype, tag: name.tag, user: who.user });
  }
  if (!present || !(await parts.catalog.unpin(image.key, holder, { name, by: actorOf(who) }))) {
    throw fail("E_GATEWAY_NO_PIN", { holder, itype: name.itype, tag: name.tag });
  }
}

/** A page of pins that hold. */
export async function pins(parts: DeskParts, asking: Principal, filter: PinFilter): Promise<Page<HeldImage>> {
  const who = person(asking, "read", "the list of pins");
  const system = systemOf(parts.config(), filter.system);
  const staff = isStaff(who, system);
  const image = filter.name && (await named(parts, who, normalName(filter.name), staff));
  return parts.catalog.pinPage({
    system: system.name,
    eyes: staff ? "all" : await eyesOf(who),
    uid: filter.mine ? who.uid : undefined,
    key: image?.key,
    limit: Math.min(Math.max(Math.trunc(filter.limit ?? DEFAULT_LIMIT), 1), MAX_LIMIT),
    after: filter.after,
  });
}

async function named(parts: DeskParts, who: Principal, name: ImageName, staff: boolean) {
  const image = staff ? await parts.catalog.named(name) : (await seen(parts, who, name)).image;
  if (!image) throw fail("E_GATEWAY_NO_IMAGE", { ...name });
  return image;
}

async function held(parts: DeskParts, who: Principal, name: ImageName) {
  const staff = isStaff(who, systemOf(parts.config(), name.system));
  const image = staff ? await parts.catalog.find(name) : (await seen(parts, who, name)).image;
  if (!image) throw fail("E_GATEWAY_NO_IMAGE", { ...name });
  return { image, trusted: { staff, owner: owns(who, image) } };
}
