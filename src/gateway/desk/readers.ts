// Changes of who may read an image, by its owner or an administrator.

import { publishedAcl, shownTo } from "../catalog/access.ts";
import { fail } from "../errors.ts";
import type { AclChange, ImageName, ImageRecord, Principal } from "../types.ts";
import { ownImage } from "./expire.ts";
import { checkedLists } from "./lists.ts";
import { normalName } from "./names.ts";
import type { DeskParts } from "./parts.ts";
import { actorOf, person } from "./rights.ts";

/** Replaces the lists that are given: in the catalog first, so that at the gateway it holds whatever happens to the files. */
export async function setAcl(
  parts: DeskParts,
  asking: Principal,
  given: ImageName,
  acl: AclChange,
): Promise<ImageRecord> {
  const who = person(asking, "manage", "changing a list of readers");
  const name = normalName(given);
  const lists = checkedLists(acl);
  const image = await ownImage(parts, who, name, "a change of the readers");
  if (!image.private) throw fail("E_GATEWAY_PUBLIC", { itype: name.itype, tag: name.tag });
  const changed = await parts.catalog.setAcl(image.key, lists, actorOf(who));
  if (changed.status === "READY") {
    await parts.publisher.republish(changed.system, changed, publishedAcl(changed), parts.signal);
  }
  return shownTo(changed, "all");
}
