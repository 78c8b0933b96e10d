// The server's half of the sign-on of routes: somebody who has signed in to berth is sent back to the route that he came
// from with a ticket, if he may pass. What the proxy does with it: src/proxy/sign-on.

import { compileRoutes } from "../../proxy/routing/compile.ts";
import { pathForRoutes } from "../../proxy/routing/match-path.ts";
import { SIGN_ON_PATH } from "../../proxy/sign-on/gate.ts";
import { signPass, TICKET_SECONDS } from "../../proxy/sign-on/pass.ts";
import type { ProxyRoute } from "../../proxy/types.ts";
import { type Audience, parseAudience } from "./audience.ts";
import { fail } from "./errors.ts";

/** What the proxy put into the address of the sign-in. */
export interface SignOnQuery {
  readonly to?: string | undefined;
  readonly audience?: string | undefined;
  readonly state?: string | undefined;
}

/** A question that was checked: it comes from one of our routes. */
export interface SignOnRequest {
  readonly to: URL;
  readonly audience: Audience;
  readonly word: string;
  readonly state: string;
}

const STATE = /^[A-Za-z0-9_-]{16,64}$/;

/**
 * Checks a question. Only addresses of routes that want this sign-in are led back to: nobody is sent anywhere else.
 *
 * @throws E_ROUTES_SIGN_ON
 */
export function readSignOn(
  { to, audience = "", state = "" }: SignOnQuery,
  routes: readonly ProxyRoute[],
): SignOnRequest {
  const parsed = parseAudience(audience);
  if (!parsed || !STATE.test(state)) throw fail("E_ROUTES_SIGN_ON", { why: "its address is not whole" });
  const url = to !== undefined && URL.canParse(to) ? new URL(to) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw fail("E_ROUTES_SIGN_ON", { why: "it names no page" });
  const route = routeAt(url, routes);
  if (route?.auth?.audience !== audience) throw fail("E_ROUTES_SIGN_ON", { why: "no service is served there" });
  // A ticket must not travel in the clear when the route has TLS.
  if (url.protocol === "http:" && route.tls === "redirect") url.protocol = "https:";
  return { to: url, audience: parsed, word: audience, state };
}

/** Where to send somebody who may pass. `keys` as of `openPassKeys`; times in seconds. */
export function ticketAddress(
  request: SignOnRequest,
  user: string,
  keys: readonly string[],
  { now, passSeconds }: { readonly now: number; readonly passSeconds: number },
): string {
  const { to, word, state } = request;
  const host = to.hostname.toLowerCase();
  const [until, passUntil] = [Math.floor(now) + TICKET_SECONDS, Math.floor(now + passSeconds)];
  const ticket = signPass({ use: "ticket", user, audience: word, host, until, passUntil, state }, keys);
  const back = new URL(SIGN_ON_PATH, to);
  back.searchParams.set("ticket", ticket);
  back.searchParams.set("to", `${to.pathname}${to.search}`);
  return back.href;
}

// The one that the proxy would choose: a ticket must never be sent to somebody else's service beside the one that it is for.
function routeAt({ hostname, port, pathname }: URL, routes: readonly ProxyRoute[]): ProxyRoute | undefined {
  if (routes.some(({ protocol, listen }) => protocol === "tcp" && port === String(listen))) return undefined;
  const path = pathForRoutes(pathname);
  const served = compileRoutes(routes.filter(({ protocol }) => protocol === "http"));
  return path === undefined ? undefined : served.find(hostname, path);
}
