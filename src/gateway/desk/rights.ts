// Who somebody is to a system: an administrator, an operator, or a person; and how far his token goes. Roles come from
// lists of whole names, never from parts of them (spec/shifter.md 1.7, the trap of string `admins`).

import type { SystemConfig } from "../../site/gateway-config.ts";
import { fail } from "../errors.ts";
import type { Actor, Eyes } from "../records.ts";
import type { Owner, Principal, Scope } from "../types.ts";
import type { DeskConfig } from "./parts.ts";

const ORDER: readonly Scope[] = ["read", "pull", "manage", "admin"];

/** True when the request's token goes that far; a wider scope holds the narrower ones. */
export function hasScope(who: Principal, scope: Scope): boolean {
  return who.scopes === undefined || who.scopes.some((own) => ORDER.indexOf(own) >= ORDER.indexOf(scope));
}

/** The person who asks. @throws E_GATEWAY_WHO, E_GATEWAY_SCOPE */
export function person(who: Principal | undefined, scope: Scope, action: string): Principal {
  if (!who) throw fail("E_GATEWAY_WHO", { action });
  if (!hasScope(who, scope)) throw fail("E_GATEWAY_SCOPE", { action, scope });
  return who;
}

/** The system of that name. @throws E_GATEWAY_NO_SYSTEM */
export function systemOf(config: DeskConfig, name: string): SystemConfig {
  const system = config.systems.get(name);
  if (!system) throw fail("E_GATEWAY_NO_SYSTEM", { system: name });
  return system;
}

/** Whether he is an administrator of the system, and says so with this request. */
export function isAdmin(who: Principal | undefined, system: SystemConfig): boolean {
  return who !== undefined && hasScope(who, "admin") && system.admins.includes(who.user);
}

/** Whether he sees everything of the system and looks after its work: operators, and administrators. */
export function isStaff(who: Principal | undefined, system: SystemConfig): boolean {
  return isAdmin(who, system) || (who !== undefined && hasScope(who, "admin") && system.operators.includes(who.user));
}

/** @throws E_GATEWAY_ADMIN, E_GATEWAY_WHO, E_GATEWAY_SCOPE */
export function admin(who: Principal | undefined, system: SystemConfig, action: string): Principal {
  const asking = person(who, "admin", action);
  if (!isAdmin(asking, system)) throw fail("E_GATEWAY_ADMIN", { action, system: system.name, user: asking.user });
  return asking;
}

/** An operator or administrator. @throws E_GATEWAY_ADMIN, E_GATEWAY_WHO, E_GATEWAY_SCOPE */
export function staff(who: Principal | undefined, system: SystemConfig, action: string): Principal {
  const asking = person(who, "admin", action);
  if (!isStaff(asking, system)) throw fail("E_GATEWAY_ADMIN", { action, system: system.name, user: asking.user });
  return asking;
}

/** What he may see, by uid and groups. */
export async function eyesOf(who: Principal | undefined): Promise<Exclude<Eyes, "all">> {
  return who ? { uid: who.uid, gids: await who.groups() } : { uid: undefined, gids: [] };
}

/** Who did it, for events and histories. */
export function actorOf(who: Principal): Actor {
  return { uid: who.uid, user: who.user };
}

/** The owner that he becomes. */
export function ownerOf(who: Principal): Owner {
  return { uid: who.uid, gid: who.gid, user: who.user };
}

/** Whether the thing is his. */
export function owns(who: Principal | undefined, thing: { readonly owner: Owner | undefined }): boolean {
  return who !== undefined && thing.owner !== undefined && thing.owner.uid === who.uid;
}
