// A request from its first look to its answer: which route, may it, must it wait, through to a backend. One step after the
// other; what each step is about lives in files of its own.

import type { RouteMap } from "../routing/compile.ts";
import type { LiveRoute } from "../routing/live-route.ts";
import { pathForRoutes, withoutAuthority, withoutPrefix } from "../routing/match-path.ts";
import { judge, returnPath, SIGN_ON_PATH } from "../sign-on/gate.ts";
import type { Surroundings } from "../surroundings.ts";
import { answer, type OwnAnswer, redirect, wantsPage } from "./answers.ts";
import type { Exchange } from "./exchange.ts";
import { admit, answerUnreached, type Held } from "./hold.ts";
import { originOf } from "./origin.ts";
import { Passage } from "./passage.ts";
import { type HeadOptions, requestHead } from "./request-head.ts";
import { closeVisit, type Visit } from "./visit.ts";

/** The table as requests see it. */
export interface Directory {
  readonly routes: RouteMap<LiveRoute>;
  readonly challenges: Readonly<Record<string, string>>;
}

/** Brings a visit on its way to a backend; answers what stops it. */
export type Carry = (visit: Visit, around: Surroundings, head: HeadOptions) => Held;

const CHALLENGE = "/.well-known/acme-challenge/";

/** Answers a request, by `carry` when it may go to a backend. */
export function serve(exchange: Exchange, directory: Directory | undefined, around: Surroundings, carry: Carry): void {
  if (!directory)
    return void answer(exchange, {
      status: 503,
      title: "Starting",
      detail: "The proxy has no routes yet.",
      retryAfter: 2,
    });
  const query = exchange.target.indexOf("?");
  const path = query < 0 ? exchange.target : exchange.target.slice(0, query);
  if (path.startsWith(CHALLENGE) && answerChallenge(exchange, path, directory)) return;
  const asked = path === SIGN_ON_PATH ? returnPath(exchange.target) : path;
  const plain = pathForRoutes(asked);
  if (plain === undefined) return void answer(exchange, malformed("The path is ambiguous."));
  const route = directory.routes.find(exchange.host, plain);
  const other = withoutAuthority(asked);
  if (other !== undefined && directory.routes.find(exchange.host, pathForRoutes(other) ?? "") !== route)
    return void answer(exchange, malformed("The path is ambiguous."));
  if (!route) return void answer(exchange, NOT_FOUND);
  const visit = openVisit(exchange, route, path, around);
  // The ticket in it is nobody's but the proxy's, whoever has the page that it leads to.
  if (path === SIGN_ON_PATH && !route.spec.auth) return void refuse(visit, NOT_FOUND);
  const target = targetFor(exchange.target, route);
  if (target === undefined) return void refuse(visit, malformed("The path is written in an unusual way."));
  if (stopped(visit, around)) return;
  // Only now: what strangers get no further than this with is no use of the service.
  if (!route.ignores(path, exchange.header("user-agent"))) visit.use = route.use.begin(visit.begunAt);
  const ownCookies = around.signOn()?.cookie;
  const prefix = route.spec.stripPath && route.spec.path !== "/" ? route.spec.path : undefined;
  const go = () => {
    const { origin, user } = visit;
    held = carry(visit, around, { target, origin, prefix, user, ownCookies, upgrade: undefined });
  };
  let held: Held | undefined;
  const waiting = admit(visit, around, go);
  exchange.onClose(() => {
    waiting?.stop();
    held?.stop();
  });
}

/** Carries ordinary requests. */
export function carryRequest(visit: Visit, around: Surroundings, head: HeadOptions): Held {
  const passage = new Passage(visit, around, requestHead(visit.exchange, head), {
    onNone: () => answerUnreached(visit, around),
  });
  passage.start();
  return passage;
}

function openVisit(exchange: Exchange, route: LiveRoute, path: string, around: Surroundings): Visit {
  const now = around.now();
  const visit: Visit = {
    exchange,
    route,
    path,
    origin: originOf(exchange, around.trust),
    begunAt: now,
    use: undefined,
    user: undefined,
    backend: undefined,
    // The client went away before there was an answer; nobody else uses this number.
    status: 499,
    receivedBytes: 0,
    heldUntil: undefined,
  };
  exchange.onClose(() => closeVisit(visit, around));
  return visit;
}

// True: it was answered here.
function stopped(visit: Visit, around: Surroundings): boolean {
  const { exchange, route, origin } = visit;
  const { spec } = route;
  if (spec.tls === "redirect" && origin.proto !== "https") {
    const { publicHttpsPort: port } = around.settings;
    const host = `${exchange.host}${port === 443 ? "" : `:${port}`}`;
    visit.status = 308;
    redirect(exchange, 308, `https://${host}${exchange.target}`);
    return true;
  }
  if (spec.auth && !signedIn(visit, spec.auth, around)) return true;
  const wait = route.overLimit(around.now());
  if (wait !== undefined) {
    refuse(visit, {
      status: 429,
      title: "Too many requests",
      detail: "The service takes no more now.",
      retryAfter: wait,
    });
    return true;
  }
  if (spec.maxBodyBytes === undefined || (exchange.body?.length ?? 0) <= spec.maxBodyBytes) return false;
  refuse(visit, { status: 413, title: "Too large", detail: "The service does not take bodies of this size." });
  return true;
}

function signedIn(visit: Visit, auth: { signIn: string; audience: string }, around: Surroundings): boolean {
  const { exchange, origin } = visit;
  const verdict = judge({
    exchange,
    auth,
    signOn: around.signOn(),
    secure: origin.proto === "https",
    seconds: around.now() / 1000,
    page: wantsPage(exchange),
  });
  if (verdict.kind === "pass") {
    visit.user = verdict.user;
    return true;
  }
  if (verdict.kind === "refuse") {
    refuse(visit, { status: verdict.status, title: "Sign in", detail: verdict.detail });
    return false;
  }
  visit.status = 302;
  redirect(
    exchange,
    302,
    verdict.location,
    verdict.cookies.flatMap((cookie) => ["Set-Cookie", cookie]),
  );
  return false;
}

function targetFor(target: string, { spec }: LiveRoute): string | undefined {
  return spec.stripPath && spec.path !== "/" ? withoutPrefix(target, spec.path) : target;
}

function answerChallenge(exchange: Exchange, path: string, { challenges }: Directory): boolean {
  const token = path.slice(CHALLENGE.length);
  const text = Object.hasOwn(challenges, token) ? challenges[token] : undefined;
  if (text === undefined) return false;
  const body = Buffer.from(text);
  exchange.begin(200, "OK", ["Content-Type", "application/octet-stream", "Content-Length", String(body.length)], false);
  exchange.end(body, []);
  return true;
}

function refuse(visit: Visit, own: OwnAnswer): void {
  visit.status = own.status;
  answer(visit.exchange, own);
}

const NOT_FOUND: OwnAnswer = { status: 404, title: "Not found", detail: "Nothing is served at this address." };

const malformed = (detail: string): OwnAnswer => ({ status: 400, title: "Bad request", detail });
