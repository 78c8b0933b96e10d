// Requests under way: who may see them, and how much of them; and their cancelling.

import { seesTag } from "../catalog/access.ts";
import { fail } from "../errors.ts";
import type { Principal, PullRecord } from "../types.ts";
import type { DeskParts } from "./parts.ts";
import { eyesOf, isStaff, owns, person, systemOf } from "./rights.ts";

/** What is under way on a system and may be known by him; everything for those who look after it. */
export async function queue(
  parts: DeskParts,
  asking: Principal | undefined,
  name: string,
): Promise<readonly PullRecord[]> {
  const who = person(asking, "read", "the queue");
  const system = systemOf(parts.config(), name);
  const all = await parts.queue.unfinished(name);
  if (isStaff(who, system)) return all;
  const shown = await Promise.all(all.map(async (pull) => ((await mayKnow(parts, who, pull)) ? pull : undefined)));
  return Promise.all(shown.filter((pull) => pull !== undefined).map((pull) => shownPull(parts, who, pull)));
}

/**
 * One request. Its id is told only to those who see it in the queue or have asked for the same name, and nobody can guess
 * it; so whoever knows it is answered, but without what concerns other people.
 */
export async function findPull(parts: DeskParts, asking: Principal, id: string): Promise<PullRecord> {
  const who = person(asking, "read", "the state of a pull");
  const pull = await parts.queue.find(id);
  if (!pull) throw fail("E_GATEWAY_NO_PULL", { id });
  return shownPull(parts, who, pull);
}

/** Ends a request that has not ended. @throws E_GATEWAY_NO_PULL, E_GATEWAY_OWNER, E_GATEWAY_ENDED */
export async function cancelPull(parts: DeskParts, asking: Principal, id: string): Promise<PullRecord> {
  const who = person(asking, "pull", "cancelling a pull");
  const pull = await parts.queue.find(id);
  if (!pull) throw fail("E_GATEWAY_NO_PULL", { id });
  if (!owns(who, pull) && !looksAfter(parts, who, pull.system)) {
    throw fail("E_GATEWAY_OWNER", { action: "cancelling the pull", itype: pull.itype, tag: pull.tag, user: who.user });
  }
  if (pull.finishedAt !== null) throw fail("E_GATEWAY_ENDED", { tag: pull.tag, status: pull.status });
  await parts.queue.cancel(id);
  const event = { system: pull.system, itype: pull.itype, tag: pull.tag, imageId: null, outcome: "done" } as const;
  await parts.catalog.note({
    kind: "pull.cancelled",
    ...event,
    actor: { uid: who.uid, name: who.user },
    detail: { pull: id },
  });
  return (await parts.queue.find(id)) ?? pull;
}

/** The request without what concerns other people: who asked, for whom, from where, and why theirs failed. */
export async function shownPull(parts: DeskParts, who: Principal, pull: PullRecord): Promise<PullRecord> {
  if (owns(who, pull) || looksAfter(parts, who, pull.system)) return pull;
  const failed = pull.finishedAt !== null && pull.status !== "READY";
  return {
    ...pull,
    owner: undefined,
    users: [],
    groups: [],
    importFrom: undefined,
    // What credentials have opened is named only to those who have some.
    imageId: pull.open === true ? pull.imageId : null,
    ...(failed
      ? { statusMessage: "the pull of another user failed; ask for the image yourself", errorCode: null }
      : {}),
  };
}

async function mayKnow(parts: DeskParts, who: Principal, pull: PullRecord): Promise<boolean> {
  if (owns(who, pull) || (pull.open === true && pull.kind === "pull")) return true;
  const eyes = await eyesOf(who);
  if (pull.users.includes(who.uid) || pull.groups.some((gid) => eyes.gids.includes(gid))) return true;
  const image = await parts.catalog.find(pull);
  return image !== undefined && seesTag(image, pull.tag, eyes);
}

function looksAfter({ config }: DeskParts, who: Principal, name: string): boolean {
  const system = config().systems.get(name);
  return system !== undefined && isStaff(who, system);
}
