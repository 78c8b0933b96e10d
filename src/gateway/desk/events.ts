// What happened: to each what concerns him and what he may see; everything to administrators who ask for the audit.

import { fail } from "../errors.ts";
import type { EventFilter, GatewayEvent, Page, Principal } from "../types.ts";
import type { DeskParts } from "./parts.ts";
import { admin, eyesOf, isAdmin, person, systemOf } from "./rights.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** A page of events, newest first. */
export async function events(parts: DeskParts, asking: Principal, filter: EventFilter): Promise<Page<GatewayEvent>> {
  const who = person(asking, "read", "the list of events");
  const { systems } = parts.config();
  const limit = Math.min(Math.max(Math.trunc(filter.limit ?? DEFAULT_LIMIT), 1), MAX_LIMIT);
  const asked = filter.system === undefined ? undefined : systemOf(parts.config(), filter.system);
  if (!filter.audit) {
    const only = asked && [asked.name];
    return parts.catalog.events({ eyes: await eyesOf(who), systems: only, limit, after: filter.after });
  }
  if (asked) admin(who, asked, "the audit");
  const his = [...systems.values()].filter((system) => isAdmin(who, system)).map(({ name }) => name);
  if (his.length === 0) throw fail("E_GATEWAY_ADMIN", { action: "the audit", system: "this gateway", user: who.user });
  // What belongs to no system is for those who administrate all.
  const everything = his.length === systems.size ? undefined : his;
  return parts.catalog.events({ eyes: "all", systems: asked ? [asked.name] : everything, limit, after: filter.after });
}
