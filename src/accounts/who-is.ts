// Whose request it is: a browser's session, or what programs show (a token, a munge credential).

import type { FastifyRequest } from "fastify";
import { remembered } from "../gateway/auth/remembered.ts";
import type { Token, TokenBook } from "../gateway/auth/tokens.ts";
import type { Principal } from "../gateway/types.ts";
import type { AccountsConfig } from "../site/services/accounts.ts";
import { cookieName, isSecure, readCookie } from "./cookies.ts";
import { fail } from "./errors.ts";
import { rolesOf } from "./roles.ts";
import { holdsCsrf, type Session, type Sessions } from "./sessions.ts";
import type { Directory, Person, SignedInPerson } from "./types.ts";

export const SESSION_COOKIE = "berth_session";
/** Header of requests that change something with a cookie. */
export const CSRF_HEADER = "x-berth-csrf";

/** Somebody, and whether a change may come from there: `none` when no browser sends the credential by itself. */
export type Known = SignedInPerson & { readonly csrf: "none" | "ok" | "missing" };

/** Finds out who asks; undefined: nobody in particular. @throws E_ACCOUNTS_…, E_AUTH_… with 401 for what does not hold */
export type WhoIs = (request: FastifyRequest) => Promise<Known | undefined>;

export interface WhoIsParts {
  readonly config: () => AccountsConfig;
  readonly directory: Directory;
  readonly sessions: Pick<Sessions, "find">;
  readonly tokens: Pick<TokenBook, "find">;
  /** What programs show. */
  readonly principal: (request: FastifyRequest) => Promise<Principal | undefined>;
  readonly now: () => number;
}

export function whoIs(parts: WhoIsParts): WhoIs {
  return async (request) => {
    const shown = await parts.principal(request);
    if (shown) return { ...(await byPrincipal(parts, shown, request)), csrf: "none" };
    const secret = sessionSecret(request, parts.config());
    if (secret === undefined) return undefined;
    const session = await parts.sessions.find(secret);
    if (!session) throw fail("E_ACCOUNTS_SESSION");
    const sent = request.headers[CSRF_HEADER];
    const csrf = holdsCsrf(secret, typeof sent === "string" ? sent : undefined) ? "ok" : "missing";
    return { ...(await bySession(parts, session, request)), csrf };
  };
}

/**
 * The cookie's secret. Where there is TLS only the name counts that a neighbour in the domain, or somebody on the wire, cannot
 * set: a session that another person put into this browser would be taken for its user's.
 */
export function sessionSecret(
  { headers, protocol }: Pick<FastifyRequest, "headers" | "protocol">,
  config: Pick<AccountsConfig, "publicUrl">,
): string | undefined {
  return readCookie(headers.cookie, cookieName(SESSION_COOKIE, isSecure(config, protocol)));
}

async function byPrincipal(
  { directory, config }: WhoIsParts,
  principal: Principal,
  request: FastifyRequest,
): Promise<SignedInPerson> {
  const { user, uid, gid, group, scopes, via } = principal;
  const found = await directory.person(user);
  // A name that belongs to another number: the token is of somebody who had it before, or another machine's accounts differ.
  // Rights go by the name, so he must not have them.
  if (found && found.uid !== uid) throw fail("E_ACCOUNTS_OTHER", { user, uid });
  // Munge may vouch for somebody whom no directory knows.
  const person = found ?? { user, uid, gid, groups: [group], gids: await principal.groups() };
  return admitted(person, config(), { scopes, via, address: request.ip });
}

async function bySession({ directory, tokens, config, now }: WhoIsParts, session: Session, request: FastifyRequest) {
  const { user, uid, via, expires } = session;
  const token = session.token === undefined ? undefined : await tokens.find(session.token);
  const person = await directory.person(user);
  // The account or the token was taken away meanwhile.
  if (person?.uid !== uid || (session.token !== undefined && !isGood(token, now()))) throw fail("E_ACCOUNTS_SESSION");
  return admitted(person, config(), { scopes: token?.scopes, via, address: request.ip, expiresAt: expires });
}

function isGood(token: Token | undefined, at: number): boolean {
  return token !== undefined && (token.expires === null || token.expires > at);
}

/** Somebody with his roles. @throws E_ACCOUNTS_NOT_ALLOWED when he has none */
export function admitted(
  person: Person,
  config: AccountsConfig,
  how: Pick<SignedInPerson, "scopes" | "via" | "address" | "expiresAt">,
): SignedInPerson {
  const roles = rolesOf(person, config);
  if (roles.length === 0) throw fail("E_ACCOUNTS_NOT_ALLOWED", { user: person.user });
  return { ...person, roles, ...how };
}

const MINUTE = 60_000;
const ENTRIES = 20_000;

/** A directory that is asked once a minute for each person. */
export function rememberedDirectory(directory: Directory): Directory {
  const options = { entries: ENTRIES, ttlMs: MINUTE, now: () => performance.now() };
  return {
    person: remembered((user: string) => directory.person(user), options),
    personNumbered: remembered((uid: number) => directory.personNumbered(uid), options),
    groupNumber: remembered((name: string) => directory.groupNumber(name), options),
  };
}
