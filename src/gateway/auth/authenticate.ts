// Whose request it is: reads what was sent (a munge credential, a token, in tests a mock), and makes a principal of it.
// Nothing sent: nobody in particular. Something sent that does not hold is refused, never taken for nothing. Knows no
// HTTP beyond the values of two headers, and not what the person may do.

import { hasCode } from "../../base/errors.ts";
import type { GatewayConfig } from "../../site/gateway-config.ts";
import type { Principal } from "../types.ts";
import { fail } from "./errors.ts";
import { readMock } from "./mock.ts";
import { DEFAULT_SOCKET, type Munge, type MungeIdentity } from "./munge.ts";
import type { Account, NameService } from "./name-service.ts";
import { readRegistryLogins } from "./registry-logins.ts";
import type { TokenBook } from "./tokens.ts";

/** What a request carries to say whose it is. */
export interface SentCredential {
  /** The header `authentication`, Shifter's. */
  readonly authentication: string | undefined;
  /** The header `authorization`. */
  readonly authorization: string | undefined;
  /** The system that the request is about; undefined: any of the site's will do. */
  readonly system: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Finds out who asks. Failures: `E_AUTH_…`, with status 401, or 503 when it cannot be found out now. */
export type Authenticator = (sent: SentCredential) => Promise<Principal | undefined>;

export interface AuthenticatorParts {
  readonly config: Pick<GatewayConfig, "systems" | "authentication" | "defaultSystem">;
  /** One client for each socket, for as long as the server runs. */
  readonly munge: (socket: string) => Munge;
  readonly names: NameService;
  readonly tokens: TokenBook;
}

export function makeAuthenticator(parts: AuthenticatorParts): Authenticator {
  const sockets = socketsOf(parts.config);
  return async (sent) => {
    const { authentication, authorization } = sent;
    if (authentication !== undefined) {
      if (authentication.startsWith("berth_")) return byToken(parts, authentication);
      return parts.config.authentication === "mock"
        ? byMock(parts.names, authentication)
        : byMunge(parts, sockets(sent.system), authentication, sent.signal);
    }
    if (authorization === undefined) return undefined;
    const secret = secretOf(authorization);
    // What people paste into a container client's login may be either.
    return secret.startsWith("MUNGE:")
      ? byMunge(parts, sockets(sent.system), secret, sent.signal)
      : byToken(parts, secret);
  };
}

async function byMunge(
  { munge, names }: AuthenticatorParts,
  sockets: readonly string[],
  credential: string,
  signal: AbortSignal | undefined,
): Promise<Principal> {
  const { uid, gid, payload } = await decodeAny(
    sockets.map((socket) => munge(socket)),
    credential,
    signal,
  );
  const [account, group] = await Promise.all([names.account(uid), names.groupName(gid)]);
  return {
    uid,
    gid,
    // A person whom this machine does not know is still who munge says.
    user: account?.name ?? String(uid),
    group: group ?? String(gid),
    via: "munge",
    registries: readRegistryLogins(payload),
    groups: () => names.groups(uid, gid),
  };
}

// Without a system any of the site's munge keys may have made it; a key that did not says "invalid" and uses nothing up.
async function decodeAny(
  clients: readonly Munge[],
  credential: string,
  signal: AbortSignal | undefined,
): Promise<MungeIdentity> {
  const [client, ...others] = clients;
  if (!client) throw fail("E_AUTH_NO_SOCKET", { system: "the gateway" });
  try {
    return await client.decode(credential, { signal });
  } catch (error) {
    if (others.length === 0 || !(hasCode(error, "E_AUTH_INVALID") || hasCode(error, "E_AUTH_NO_MUNGE"))) throw error;
    return decodeAny(others, credential, signal);
  }
}

async function byMock(names: NameService, header: string): Promise<Principal> {
  const { user, group, numbers, registries } = readMock(header);
  const { uid, gid } = numbers ?? (await numbersOf(names, user, group));
  const groups = async () => names.groups(uid, gid);
  return { uid, gid, user, group, via: "mock", registries, groups };
}

async function numbersOf(names: NameService, user: string, group: string): Promise<Omit<Account, "name">> {
  const [account, gid] = await Promise.all([names.accountNamed(user), names.groupNumber(group)]);
  return { uid: account?.uid ?? NOBODY, gid: gid ?? account?.gid ?? NOBODY };
}

const NOBODY = 65534;

async function byToken({ tokens, names }: AuthenticatorParts, secret: string): Promise<Principal> {
  const { uid, gid, user, scopes } = await tokens.verify(secret);
  const group = (await names.groupName(gid)) ?? String(gid);
  return { uid, gid, user, group, via: "token", scopes, registries: new Map(), groups: () => names.groups(uid, gid) };
}

// `Basic` too, with the secret as password under any name: what container clients make of a login.
function secretOf(authorization: string): string {
  const [, scheme = "", value = ""] = /^(\S+) +(\S+) *$/.exec(authorization) ?? [];
  if (/^bearer$/i.test(scheme)) return value;
  if (/^basic$/i.test(scheme))
    return Buffer.from(value, "base64")
      .toString("utf8")
      .replace(/^[^:]*:/, "");
  throw fail("E_AUTH_FORM", { header: "authorization", why: "it is neither Bearer nor Basic" });
}

function socketsOf({ systems, defaultSystem }: AuthenticatorParts["config"]): (system?: string) => readonly string[] {
  const every = [defaultSystem, ...systems.keys()].flatMap((name) => socketOf(name) ?? []);
  // A site without systems runs services only: people come from this very machine.
  const distinct = systems.size === 0 ? [DEFAULT_SOCKET] : [...new Set(every)];
  function socketOf(name: string | undefined): string | undefined {
    return name === undefined ? undefined : systems.get(name)?.mungeSocket;
  }
  return (system) => {
    // A system that is not there has no munge either: the desk says so to whoever it is.
    if (system === undefined || !systems.has(system)) return distinct;
    const socket = socketOf(system);
    if (socket === undefined) throw fail("E_AUTH_NO_SOCKET", { system });
    return [socket];
  };
}
