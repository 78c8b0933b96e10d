// Who may use an image, by the lists that lie beside its file (spec/shifter.md 5.9). The gateway checks the same at every
// lookup; a request by id skips it. Pure.

import { fail } from "./errors.ts";
import type { BatchImage, Person } from "./types.ts";

/** Refuses who is on no list of a private image. @throws E_SHIFTER_DENIED */
export function checkAccess(image: BatchImage, person: Person): void {
  if (!mayUse(image, person)) throw fail("E_SHIFTER_DENIED", { id: image.id, uid: person.uid });
}

function mayUse({ users, groups, private: closed = false }: BatchImage, { uid, gid, gids }: Person): boolean {
  if (!closed && users.length === 0 && groups.length === 0) return true;
  return users.includes(uid) || groups.includes(gid) || groups.some((group) => gids.includes(group));
}
