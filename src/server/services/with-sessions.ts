// A browser's session as a principal of the gateway, so that the pages show images and pulls, too. A change with a cookie needs
// its proof here as everywhere.

import type { Authenticate } from "../../gateway/api/ask.ts";
import type { NameService } from "../../gateway/auth/name-service.ts";
import type { Scope } from "../../gateway/types.ts";
import { person, type WhoIs } from "../../services/api/parts.ts";

/** Asks what programs show first, then for a session. @throws E_SERVICES_CSRF, E_ACCOUNTS_SESSION */
export function withSessions(
  shown: Authenticate,
  { whoIs, names }: { readonly whoIs: WhoIs; readonly names: Pick<NameService, "groupName"> },
): Authenticate {
  return async (request, system) => {
    const principal = await shown(request, system);
    if (principal || request.headers.cookie === undefined) return principal;
    if (!(await whoIs(request))) return undefined;
    const { user, uid, gid, gids, scopes } = await person({ whoIs }, request);
    const group = (await names.groupName(gid)) ?? String(gid);
    return {
      ...{ user, uid, gid, group, via: "session", registries: new Map() },
      scopes: scopes as readonly Scope[] | undefined,
      groups: async () => gids,
    };
  };
}
