// How much people may have: the room for one more pull, and the limits themselves.

import { EVERYBODY } from "../catalog/quotas.ts";
import { fail } from "../errors.ts";
import type { Admission } from "../records.ts";
import type { Principal, QuotaLimits, QuotaReport, QuotaSubject } from "../types.ts";
import type { DeskParts } from "./parts.ts";
import { isAdmin, person } from "./rights.ts";

/**
 * Lets in one more request of this person as long as there is room.
 *
 * Refuses with E_GATEWAY_QUEUE_USER, E_GATEWAY_QUEUE_FULL when too much waits already; E_GATEWAY_QUOTA_IMAGES,
 * E_GATEWAY_QUOTA_BYTES when he or his group has what the site allows
 */
export function roomFor({ queueLimits, catalog }: DeskParts, who: Principal): Admission {
  return async ({ total, own, group }, trx) => {
    if (total >= queueLimits.total) throw fail("E_GATEWAY_QUEUE_FULL", { count: total });
    if (own >= queueLimits.perUser) {
      throw fail("E_GATEWAY_QUEUE_USER", { user: who.user, count: own, limit: queueLimits.perUser });
    }
    checkQuota(await catalog.quota({ kind: "user", number: who.uid }, trx), `the user ${who.user}`, own);
    checkQuota(await catalog.quota({ kind: "group", number: who.gid }, trx), `the group ${who.group}`, group);
  };
}

/** Limits and use. One's own without a subject; those of others for administrators. */
export async function quota(
  parts: DeskParts,
  asking: Principal,
  given: QuotaSubject | undefined,
): Promise<QuotaReport> {
  const who = person(asking, "read", "a quota");
  const subject = given ?? { kind: "user", number: who.uid };
  const own = subject.kind === "user" ? [who.uid] : await who.groups();
  if (subject.number !== EVERYBODY && !own.includes(subject.number)) adminSomewhere(parts, who, "the quota of others");
  return parts.catalog.quota(subject);
}

/** Sets limits, which hold on all systems together. For administrators of any. */
export async function setQuota(
  parts: DeskParts,
  asking: Principal,
  subject: QuotaSubject,
  limits: QuotaLimits,
): Promise<void> {
  const who = person(asking, "admin", "setting a quota");
  adminSomewhere(parts, who, "setting a quota");
  for (const value of [limits.bytes, limits.images]) {
    if (value !== null && !(Number.isSafeInteger(value) && value >= 0)) {
      throw fail("E_GATEWAY_LIMITS", { value, why: "it is not a whole number from 0" });
    }
  }
  if (!Number.isInteger(subject.number) || subject.number < EVERYBODY) {
    throw fail("E_GATEWAY_LIMITS", { value: subject.number, why: "nobody has that id" });
  }
  await parts.catalog.setQuota(subject, limits);
  await parts.catalog.note({
    ...{ kind: "quota.changed", system: null, imageId: null, itype: null, tag: null, outcome: "done" },
    actor: { uid: who.uid, name: who.user },
    detail: { subject, limits },
  });
}

/** Judges use and pulls under way by the limits. @throws E_GATEWAY_QUOTA_IMAGES, E_GATEWAY_QUOTA_BYTES */
export function checkQuota({ limits, used }: QuotaReport, subject: string, underWay: number): void {
  if (limits.images !== null && used.images + underWay >= limits.images) {
    throw fail("E_GATEWAY_QUOTA_IMAGES", { subject, used: used.images + underWay, limit: limits.images });
  }
  // How large the next one is nobody knows yet; the last one may go beyond the limit.
  if (limits.bytes !== null && used.bytes >= limits.bytes) {
    throw fail("E_GATEWAY_QUOTA_BYTES", { subject, used: used.bytes, limit: limits.bytes });
  }
}

function adminSomewhere({ config }: DeskParts, who: Principal, action: string): void {
  if ([...config().systems.values()].some((system) => isAdmin(who, system))) return;
  throw fail("E_GATEWAY_ADMIN", { action, system: "this gateway", user: who.user });
}
