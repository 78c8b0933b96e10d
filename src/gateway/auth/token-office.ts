// Tokens as people make and end them: the rules about who may. Storing them is `tokens.ts`'s matter.

import type { GatewayConfig } from "../../site/gateway-config.ts";
import { hasScope, isAdmin } from "../desk/rights.ts";
import type { Catalog } from "../records.ts";
import type { Principal, Scope } from "../types.ts";
import { fail } from "./errors.ts";
import type { Token, TokenBook } from "./tokens.ts";

/** What somebody wants his token to be. */
export interface TokenWish {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Seconds since 1970; null: until it is revoked. */
  readonly expires: number | null;
}

/** Where people make tokens for themselves and end them; administrators of any system end those of all. */
export interface TokenOffice {
  /** @throws E_AUTH_SCOPES, E_AUTH_TOO_MANY */
  make(who: Principal, wish: TokenWish): Promise<{ readonly secret: string; readonly token: Token }>;
  list(who: Principal): Promise<readonly Token[]>;
  /** @throws E_AUTH_NO_TOKEN, also for those of others; E_AUTH_SCOPES */
  revoke(who: Principal, id: string): Promise<void>;
}

export interface TokenOfficeParts {
  readonly tokens: TokenBook;
  readonly config: Pick<GatewayConfig, "systems">;
  readonly events: Pick<Catalog, "note">;
}

const TOKENS_OF_ONE = 100;

export function tokenOffice({ tokens, config, events }: TokenOfficeParts): TokenOffice {
  const isAdminOfAny = (who: Principal) => [...config.systems.values()].some((system) => isAdmin(who, system));
  const note = (kind: string, who: Principal, { id, name, scopes }: Token) =>
    events.note({
      ...{ kind, system: null, imageId: null, itype: null, tag: null, outcome: "done" },
      actor: { uid: who.uid, name: who.user },
      detail: { token: id, name, scopes },
    });
  return {
    async make(who, { name, scopes, expires }) {
      mayHandleTokens(who);
      // A token that could make a wider one, or one that lives on, would be all of its owner.
      const wider = scopes.filter((scope) => !hasScope(who, scope));
      if (wider.length > 0) throw fail("E_AUTH_SCOPES", { scope: wider.join(", ") });
      const { uid, gid, user } = who;
      const made = await tokens.make({ name, uid, gid, user, scopes, expires }, TOKENS_OF_ONE);
      await note("token.made", who, made.token);
      return made;
    },
    list: (who) => tokens.list(who.uid),
    async revoke(who, id) {
      mayHandleTokens(who);
      const token = await tokens.find(id);
      if (!token || (token.uid !== who.uid && !isAdminOfAny(who)) || !(await tokens.revoke(id)))
        throw fail("E_AUTH_NO_TOKEN", { id });
      await note("token.revoked", who, token);
    },
  };
}

function mayHandleTokens(who: Principal): void {
  if (!hasScope(who, "manage")) throw fail("E_AUTH_SCOPES", { scope: "manage" });
}
