// Lets through who signed in, and sends the others to the sign-in. Decides only; the caller answers. The way:
// a browser without pass goes to `SIGN-IN?to=ADDRESS&audience=…&state=…` with the state in a cookie; the server sends it back to
// `/.berth/sign-on?ticket=…&to=PATH` on the route's host; there the ticket becomes a pass in a cookie of that host alone. The
// state ties the ticket to the browser that asked, so that nobody can sign somebody else in as himself.

import { createHash, randomBytes } from "node:crypto";
import type { Exchange } from "../client/exchange.ts";
import type { ProxySignOn } from "../types.ts";
import { readPass, signPass } from "./pass.ts";

/** What to do with a request to a route that wants a sign-in. */
export type GateVerdict =
  | { readonly kind: "pass"; readonly user: string }
  | { readonly kind: "redirect"; readonly location: string; readonly cookies: readonly string[] }
  | { readonly kind: "refuse"; readonly status: 400 | 401 | 503; readonly detail: string };

/** Where tickets come in, on each host. */
export const SIGN_ON_PATH = "/.berth/sign-on";
const STATE_SECONDS = 600;

export interface GateQuestion {
  readonly exchange: Exchange;
  readonly auth: { readonly signIn: string; readonly audience: string };
  readonly signOn: ProxySignOn | undefined;
  /** The client came by TLS. */
  readonly secure: boolean;
  readonly seconds: number;
  /** A browser that goes to a page. */
  readonly page: boolean;
}

/** Judges a request. */
export function judge(question: GateQuestion): GateVerdict {
  const { exchange, signOn } = question;
  if (!signOn || signOn.keys.length === 0)
    return { kind: "refuse", status: 503, detail: "Nobody can sign in at the moment." };
  if (exchange.target.startsWith(`${SIGN_ON_PATH}?`)) return takeTicket(question, signOn);
  const user = userOf(question, signOn);
  if (user !== undefined) return { kind: "pass", user };
  if (!question.page || exchange.method !== "GET")
    return { kind: "refuse", status: 401, detail: "Sign in with a browser first." };
  return sendToSignIn(question, signOn);
}

function userOf(question: GateQuestion, signOn: ProxySignOn): string | undefined {
  const { exchange, auth, seconds } = question;
  const name = cookieName(question, signOn, "pass");
  for (const token of cookiesOf(exchange, name)) {
    const pass = readPass(token, signOn.keys, "pass", seconds);
    if (pass && pass.audience === auth.audience && pass.host === exchange.host) return pass.user;
  }
  return undefined;
}

function sendToSignIn(question: GateQuestion, signOn: ProxySignOn): GateVerdict {
  const { exchange, auth, secure } = question;
  const state = randomBytes(18).toString("base64url");
  const location = new URL(auth.signIn);
  location.searchParams.set("to", `${secure ? "https" : "http"}://${exchange.authority}${exchange.target}`);
  location.searchParams.set("audience", auth.audience);
  location.searchParams.set("state", state);
  const cookie = setCookie(question, cookieName(question, signOn, "state"), state, STATE_SECONDS);
  return { kind: "redirect", location: location.href, cookies: [cookie] };
}

function takeTicket(question: GateQuestion, signOn: ProxySignOn): GateVerdict {
  const { exchange, auth, seconds } = question;
  const query = new URLSearchParams(exchange.target.slice(SIGN_ON_PATH.length + 1));
  const ticket = readPass(query.get("ticket") ?? "", signOn.keys, "ticket", seconds);
  const stateName = cookieName(question, signOn, "state");
  const known = ticket?.state !== undefined && cookiesOf(exchange, stateName).includes(ticket.state);
  if (!ticket || !known || ticket.audience !== auth.audience || ticket.host !== exchange.host)
    return {
      kind: "refuse",
      status: 400,
      detail: "This sign-in is over or belongs to another browser. Open the page again.",
    };
  const until = ticket.passUntil ?? seconds + TWELVE_HOURS;
  const { user, audience, host } = ticket;
  const token = signPass({ use: "pass", user, audience, host, until }, signOn.keys);
  return {
    kind: "redirect",
    location: localPath(query.get("to")),
    cookies: [
      setCookie(question, cookieName(question, signOn, "pass"), token, until - seconds),
      setCookie(question, stateName, "", 0),
    ],
  };
}

/** The path that a sign-in goes back to: its route is the one that the ticket is for. */
export function returnPath(target: string): string {
  const query = new URLSearchParams(target.slice(SIGN_ON_PATH.length + 1));
  return localPath(query.get("to")).replace(/\?.*$/s, "");
}

const TWELVE_HOURS = 12 * 3600;

// Only a path of this host: `//other` and `/\other` are other hosts to a browser.
function localPath(to: string | null): string {
  return to !== null && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(to) ? to : "/";
}

// One for each audience: two routes of a host may ask for different people.
function cookieName({ auth, secure }: GateQuestion, { cookie }: ProxySignOn, part: "pass" | "state"): string {
  const short = createHash("sha256").update(auth.audience).digest("hex").slice(0, 8);
  return `${secure ? "__Host-" : ""}${cookie}-${part}-${short}`;
}

function setCookie({ secure }: GateQuestion, name: string, value: string, seconds: number): string {
  return `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}

function cookiesOf(exchange: Exchange, name: string): string[] {
  const all = (exchange.header("cookie") ?? "").split(/[;,]/).map((cookie) => cookie.trim());
  return all.filter((cookie) => cookie.startsWith(`${name}=`)).map((cookie) => cookie.slice(name.length + 1));
}
