// Signs people in and out of browsers: by the password of their account, by a token, or at a provider.

import type { FastifyReply, FastifyRequest } from "fastify";
import { BerthError } from "../base/errors.ts";
import type { TokenBook } from "../gateway/auth/tokens.ts";
import type { AccountsConfig } from "../site/services/accounts.ts";
import type { Attempts } from "./attempts.ts";
import type { AuditLog } from "./audit.ts";
import { cookieName, isSecure, readCookie, writeCookie } from "./cookies.ts";
import { fail } from "./errors.ts";
import type { Ldap } from "./ldap.ts";
import type { Oidc } from "./oidc.ts";
import { csrfOf, type Sessions } from "./sessions.ts";
import type { Directory, SignedInPerson } from "./types.ts";
import { admitted, SESSION_COOKIE, sessionSecret } from "./who-is.ts";

/** How one signs in here. */
export interface SignInWays {
  readonly password: boolean;
  readonly token: boolean;
  /** Where a browser goes for it. */
  readonly oidc?: string | undefined;
  readonly oidcName?: string | undefined;
}

export interface SignInWish {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
}

/** The office where one signs in. It sets and takes away the cookies itself. Failures: E_ACCOUNTS_…, E_AUTH_TOKEN. */
export interface SignInOffice {
  ways(): SignInWays;
  /** What changes must be accompanied by; undefined: the request has no session. */
  csrf(request: FastifyRequest): Promise<string | undefined>;
  signIn(
    wish: SignInWish,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<{ readonly who: SignedInPerson; readonly csrf: string }>;
  /** `everywhere`: all sessions of the same person end, those of other machines, too. */
  signOut(request: FastifyRequest, reply: FastifyReply, everywhere?: boolean): Promise<void>;
  /** Where the browser is sent to. */
  beginOidc(request: FastifyRequest, reply: FastifyReply): Promise<string>;
  /** Where it is sent after it came back. */
  endOidc(request: FastifyRequest, reply: FastifyReply): Promise<string>;
}

export interface SignInParts {
  readonly config: () => AccountsConfig;
  readonly directory: Directory;
  readonly sessions: Sessions;
  readonly tokens: Pick<TokenBook, "verify">;
  readonly ldap?: Pick<Ldap, "proves"> | undefined;
  readonly oidc?: Oidc | undefined;
  readonly attempts: Attempts;
  readonly audit: Pick<AuditLog, "note">;
}

const OIDC_COOKIE = "berth_sign_in";
const OIDC_PATH = "/v2/session/oidc";
const OIDC_SECONDS = 600;
const HOME = "/ui/";

export function signInOffice(parts: SignInParts): SignInOffice {
  const { config, oidc } = parts;
  return {
    ways: () => ({
      password: parts.ldap !== undefined,
      token: true,
      ...(oidc ? { oidc: OIDC_PATH, oidcName: config().oidc?.name } : {}),
    }),
    async csrf(request) {
      const secret = sessionSecret(request, config());
      return secret === undefined ? undefined : csrfOf(secret);
    },
    async signIn(wish, request, reply) {
      const proof =
        wish.token === undefined ? await byPassword(parts, wish, request) : await byToken(parts, wish.token);
      return begin(parts, proof, request, reply);
    },
    async signOut(request, reply, everywhere = false) {
      const secret = sessionSecret(request, config());
      if (secret !== undefined) await endSession(parts, secret, request, everywhere);
      setCookie(parts, request, reply, SESSION_COOKIE, "", 0);
    },
    async beginOidc(request, reply) {
      if (!oidc) throw fail("E_ACCOUNTS_NO_WAY", { way: "a provider" });
      const { url, state } = await oidc.begin(backOf(request));
      setCookie(parts, request, reply, OIDC_COOKIE, state, OIDC_SECONDS);
      return url;
    },
    async endOidc(request, reply) {
      if (!oidc) throw fail("E_ACCOUNTS_NO_WAY", { way: "a provider" });
      const name = cookieName(OIDC_COOKIE, isSecure(config(), request.protocol));
      const query = new URL(request.url, "http://localhost").searchParams;
      const { user, back } = await noted(parts, { user: "", via: "oidc" }, request, () =>
        oidc.end(query, readCookie(request.headers.cookie, name)),
      );
      setCookie(parts, request, reply, OIDC_COOKIE, "", 0);
      await begin(parts, { user, via: "oidc", token: undefined, scopes: undefined }, request, reply);
      return back;
    },
  };
}

/** Somebody proved that an account is his. */
interface Proof {
  readonly user: string;
  readonly via: "password" | "token" | "oidc";
  readonly token: string | undefined;
  readonly scopes: readonly string[] | undefined;
}

async function byPassword(
  { ldap, attempts, audit }: SignInParts,
  wish: SignInWish,
  request: FastifyRequest,
): Promise<Proof> {
  if (!ldap) throw fail("E_ACCOUNTS_NO_WAY", { way: "a password" });
  const { user = "", password = "" } = wish;
  if (!(await attempts.proven({ user, address: request.ip }, () => ldap.proves(user, password)))) {
    const note = { action: "session.begin", object: "session", outcome: "refused", detail: "wrong password" } as const;
    await audit.note({ ...note, who: { uid: -1, user: user.slice(0, 256) }, address: request.ip });
    throw fail("E_ACCOUNTS_WRONG");
  }
  return { user, via: "password", token: undefined, scopes: undefined };
}

async function byToken({ tokens }: SignInParts, secret: string): Promise<Proof> {
  const { id, user, scopes } = await tokens.verify(secret);
  return { user, via: "token", token: id, scopes };
}

// A refusal is in the audit log, too. What failed because something is away is nobody's deed.
async function noted<T>(
  { audit }: Pick<SignInParts, "audit">,
  { user, via }: Pick<Proof, "user" | "via">,
  request: FastifyRequest,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BerthError && error.http < 500) {
      const note = { action: "session.begin", object: "session", outcome: "refused" } as const;
      const detail = `${via}: ${error.code}`;
      await audit.note({ ...note, who: { uid: -1, user: user.slice(0, 256) }, detail, address: request.ip });
    }
    throw error;
  }
}

async function endSession(
  { sessions, audit }: SignInParts,
  secret: string,
  request: FastifyRequest,
  everywhere: boolean,
): Promise<void> {
  const session = await sessions.find(secret);
  if (session && everywhere) await sessions.endAll(session.uid);
  else await sessions.end(secret);
  const note = { action: "session.end", object: "session", outcome: "ok", address: request.ip } as const;
  const detail = everywhere ? { detail: "everywhere" } : {};
  if (session) await audit.note({ ...note, ...detail, who: { uid: session.uid, user: session.user } });
}

async function begin(
  parts: SignInParts,
  { user, via, token, scopes }: Proof,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const { directory, config, sessions, audit } = parts;
  const address = request.ip;
  const { person, who } = await noted(parts, { user, via }, request, async () => {
    const found = await directory.person(user);
    if (!found) throw fail("E_ACCOUNTS_NO_ACCOUNT", { user });
    return { person: found, who: admitted(found, config(), { via, scopes, address }) };
  });
  // A session that a stranger put into this browser must not become this person's.
  const old = sessionSecret(request, config());
  if (old !== undefined) await sessions.end(old);
  const { secret, expires } = await sessions.begin({ user, uid: person.uid, via, token, address });
  setCookie(parts, request, reply, SESSION_COOKIE, secret, config().sessionSeconds);
  await audit.note({ who, action: "session.begin", object: "session", outcome: "ok", detail: via, address });
  return { who: { ...who, expiresAt: expires }, csrf: csrfOf(secret) };
}

function setCookie(
  parts: SignInParts,
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  value: string,
  maxAge: number,
): void {
  const secure = isSecure(parts.config(), request.protocol);
  reply.header("set-cookie", writeCookie(cookieName(name, secure), value, { secure, maxAge }));
}

// A page of ours: never an address of somebody else's choice.
function backOf({ url }: FastifyRequest): string {
  const back = new URL(url, "http://localhost").searchParams.get("back") ?? HOME;
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(back) && back.length <= 2000 ? back : HOME;
}
