// Who administers and who operates a system. Knows names from the configuration only.

import type { SystemConfig } from "../../site/gateway-config.ts";
import type { Principal } from "../types.ts";

export type Role = "admin" | "operator" | "user";

/**
 * The role of somebody on a system. A token has no more of it than it was given: without the scope `admin` it is a
 * user's.
 */
export function roleOf(system: SystemConfig, who: Principal | undefined): Role {
  if (who === undefined || (who.scopes && !who.scopes.includes("admin"))) return "user";
  if (system.admins.includes(who.user)) return "admin";
  return system.operators.includes(who.user) ? "operator" : "user";
}
