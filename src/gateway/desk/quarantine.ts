// Release of images that examiner or policy held back, by those who look after the system.

import { publishedAcl } from "../catalog/access.ts";
import { fail } from "../errors.ts";
import type { ImageName, ImageRecord, Principal } from "../types.ts";
import { normalName } from "./names.ts";
import type { DeskParts } from "./parts.ts";
import { actorOf, staff, systemOf } from "./rights.ts";

/**
 * Releases the image: the verdict about its digest first, so that the next pull accepts it too; then its files, then its
 * record, so that whatever is READY can be read. Each step may be done twice.
 */
export async function release(
  parts: DeskParts,
  asking: Principal,
  given: ImageName,
  reason: string,
): Promise<ImageRecord> {
  const who = staff(asking, systemOf(parts.config(), given.system), "releasing an image");
  const name = normalName(given);
  const { catalog, publisher, signal } = parts;
  const pointed = await catalog.named(name);
  const image = pointed?.status === "QUARANTINED" ? pointed : await catalog.quarantined(name);
  if (!image) throw pointed ? fail("E_GATEWAY_NOT_QUARANTINED", { ...name }) : fail("E_GATEWAY_NO_IMAGE", { ...name });
  await catalog.keepVerdict(image.digest, { judge: "staff", verdict: "accepted", reason: `${who.user}: ${reason}` });
  await parts.released?.(image.digest, { by: who.user, reason, at: parts.now() });
  const there = await publisher.exists(image.system, image.id, image.format, signal);
  if (there) await publisher.republish(image.system, image, publishedAcl(image), signal);
  // Without files only the verdict is left to be released; the next pull makes the image again.
  await catalog.setStatus(image.key, there ? "READY" : "EXPIRED", there ? "" : "released; pull it again");
  if (there) await catalog.moveTag(name, image, actorOf(who));
  await catalog.note({
    ...{ kind: "quarantine.released", ...name, imageId: image.id, outcome: "done" },
    actor: { uid: who.uid, name: who.user },
    detail: { digest: image.digest, reason },
  });
  return (await catalog.byId(image.system, image.id)) ?? image;
}
