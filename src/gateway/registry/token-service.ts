// The token service of the site's registry (the distribution project's token authentication): who logs in gets a short
// token for what he may do of what he asked for, never more. Knows no HTTP.

import { randomUUID } from "node:crypto";
import type { Principal } from "../types.ts";
import type { Book } from "./book.ts";
import { fail } from "./errors.ts";
import { type PeopleParts, personOf } from "./people.ts";
import type { PullPass, PullPasses } from "./pull-pass.ts";
import { allowedActions, namespaceOf, type Person, roleIn } from "./rights.ts";
import { type AccessEntry, formatScopes, isRepositoryName } from "./scope.ts";
import type { Signer } from "./signer.ts";

/** What a client asks for. */
export interface TokenWish {
  readonly service: string | undefined;
  readonly scopes: readonly AccessEntry[];
  /** Undefined: nobody in particular. */
  readonly login: { readonly user: string; readonly password: string } | undefined;
  /** True: the client wants a token to come back with, so that it need not keep the password. */
  readonly offline: boolean;
  /** What the client calls itself, for the list of tokens. */
  readonly client: string;
}

/** What it gets. */
export interface TokenAnswer {
  readonly token: string;
  /** Seconds. */
  readonly expires: number;
  /** Seconds since 1970. */
  readonly issued: number;
  readonly scope: string;
  readonly refresh: string | undefined;
}

/** What the service is made of. */
export interface TokenServiceParts extends PeopleParts {
  readonly signer: Signer;
  readonly book: Pick<Book, "teams" | "namespace">;
  /** The registry's name for itself: the `aud` of tokens. */
  readonly service: string;
  readonly issuer: string;
  /** Who a password (a token of the site, a munge credential) speaks for. @throws with status 401 */
  readonly login: (password: string) => Promise<Principal | undefined>;
  /** Words of the gateway itself that its jobs come with. */
  readonly passes: Pick<PullPasses, "read">;
  /** Makes a token of the site for that person, which his client keeps instead of a password. */
  readonly refreshToken: (who: Principal, client: string) => Promise<string>;
  /** Seconds since 1970. */
  readonly now: () => number;
}

/** Gives out tokens. */
export interface TokenService {
  /** @throws E_REGISTRY_LOGIN, E_REGISTRY_LOGIN_NAME, E_REGISTRY_SERVICE */
  issue(wish: TokenWish): Promise<TokenAnswer>;
  /** A token for the gateway's own requests. */
  own(access: readonly AccessEntry[]): string;
}

/** The gateway's own name in tokens: no person's, since it is no user name. */
export const GATEWAY = "@gateway";

// Seconds. Long enough for a big layer to begin, short enough that a lost right is soon lost.
const LIFE = 300;
// Clocks of the two servers differ.
const SLACK = 30;

export function tokenService(parts: TokenServiceParts): TokenService {
  const { signer, service, issuer, now } = parts;
  const sign = (sub: string, access: readonly AccessEntry[], at: number) =>
    signer.sign({
      ...{ iss: issuer, sub, aud: service, exp: at + LIFE, nbf: at - SLACK, iat: at, jti: randomUUID() },
      access,
    });
  return {
    own: (access) => sign(GATEWAY, access, Math.floor(now())),
    async issue(wish) {
      if (wish.service !== undefined && wish.service !== service) throw fail("E_REGISTRY_SERVICE", { service });
      const pass = parts.passes.read(wish.login?.password ?? "");
      const who = pass?.who ?? (await principalOf(wish, parts));
      const person = await personOf(who, parts);
      const access = await granted(pass ? within(pass, wish.scopes) : wish.scopes, person, parts.book);
      const issued = Math.floor(now());
      const refresh = wish.offline && who && !pass ? await parts.refreshToken(who, wish.client) : undefined;
      const token = sign(who?.user ?? "", access, issued);
      return { token, expires: LIFE, issued, scope: formatScopes(access), refresh };
    },
  };
}

// Whatever the person may do besides, his pass is for reading one repository.
function within({ repository }: PullPass, asked: readonly AccessEntry[]): readonly AccessEntry[] {
  return asked.flatMap(({ type, name, actions }) =>
    type === "repository" && name === repository && actions.includes("pull") ? [{ type, name, actions: ["pull"] }] : [],
  );
}

async function principalOf({ login }: TokenWish, parts: TokenServiceParts): Promise<Principal | undefined> {
  if (login === undefined) return undefined;
  const who = await parts.login(login.password);
  if (who === undefined) throw fail("E_REGISTRY_LOGIN", { user: login.user });
  // Somebody else's token under one's own name is a mistake that should not go unnoticed. Refresh tokens come without.
  if (login.user !== "" && who.user !== login.user) throw fail("E_REGISTRY_LOGIN_NAME", { user: login.user });
  return who;
}

/** What the person may do of what was asked: entries without any action are left out. */
export async function granted(
  asked: readonly AccessEntry[],
  person: Person | undefined,
  book: Pick<Book, "namespace">,
): Promise<readonly AccessEntry[]> {
  const found: AccessEntry[] = [];
  for (const { type, name, actions } of asked) {
    const may = type === "repository" ? await repositoryActions(name, actions, person, book) : [];
    // The whole catalog is for those who may see everything.
    if (type === "registry" && name === "catalog" && person?.admin) may.push(...actions);
    if (may.length > 0) found.push({ type, name, actions: may });
  }
  return found;
}

async function repositoryActions(
  repository: string,
  asked: readonly string[],
  person: Person | undefined,
  book: Pick<Book, "namespace">,
): Promise<string[]> {
  const name = namespaceOf(repository);
  if (name === undefined || !isRepositoryName(repository)) return [];
  const namespace = await book.namespace(name);
  return [...allowedActions(roleIn(repository, namespace, person), asked, person)];
}
