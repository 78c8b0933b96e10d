// What happens to a request whose route cannot take it now: the route is woken, people see a page that waits, programs are
// held until it is there, the rest are told when to come again.

import type { Surroundings } from "../surroundings.ts";
import { answer, wantsPage } from "./answers.ts";
import { waitingPage } from "./pages.ts";
import type { Visit } from "./visit.ts";

const PAGE_SECONDS = 2;
const RETRY_SECONDS = 5;
/** Held although the route has no wake rules: its containers are being replaced. */
const REPLACED_MS = 10_000;
/** So long after it woke, a service that does not listen yet is still on its way. */
const STARTING_MS = 60_000;

/** A request that is held; `stop` when the client is gone. */
export interface Held {
  stop(): void;
}

/** Lets the request go on at once or later, or answers it. Undefined: nothing is held. */
export function admit(visit: Visit, around: Surroundings, go: () => void): Held | undefined {
  const { route } = visit;
  const { spec } = route;
  if (spec.state === "ready" && route.pools.some((pool) => !pool.draining)) {
    go();
    return undefined;
  }
  if (spec.state === "down") {
    refuse(visit, spec.reason ?? "It is not running.");
    return undefined;
  }
  if (spec.state === "ready") return hold(visit, around, REPLACED_MS, go);
  return admitAsleep(visit, around, go);
}

/** Answers a request for which no backend could be reached. */
export function answerUnreached(visit: Visit, around: Surroundings): void {
  const { route, exchange } = visit;
  const starting = route.spec.wake !== undefined && around.now() - route.wokenAt < STARTING_MS;
  if (starting && wantsPage(exchange)) return void showWaiting(visit);
  visit.status = 502;
  answer(exchange, {
    status: 502,
    title: `${route.spec.title} cannot be reached`,
    detail: "It does not take connections. Try again in a moment.",
    retryAfter: RETRY_SECONDS,
  });
}

function admitAsleep(visit: Visit, around: Surroundings, go: () => void): Held | undefined {
  const { route, exchange, use } = visit;
  const { wake } = route.spec;
  if (!wake && route.spec.state === "waking") return hold(visit, around, REPLACED_MS, go);
  if (!wake) {
    refuse(visit, "It sleeps, and its owner wakes it by hand.");
    return undefined;
  }
  if (!use) {
    refuse(visit, "It sleeps, and requests like this one do not wake it.");
    return undefined;
  }
  if (route.mayAskToWake(around.now())) around.tell({ kind: "wake", route: route.spec.id });
  if (wake.with !== "hold" && wake.with !== "retry" && wantsPage(exchange)) {
    showWaiting(visit);
    return undefined;
  }
  if (wake.with === "hold" || wake.with === "auto") return hold(visit, around, wake.holdMs, go);
  refuse(visit, "It is starting.");
  return undefined;
}

function hold(visit: Visit, around: Surroundings, withinMs: number, go: () => void): Held | undefined {
  visit.heldUntil ??= around.now() + withinMs;
  let inner: Held | undefined;
  const stopWaiting = visit.route.wait(() => {
    clearTimeout(timer);
    inner = admit(visit, around, go);
  });
  const timer = setTimeout(
    () => {
      stopWaiting?.();
      refuse(visit, "It is starting, and takes longer than usual.");
    },
    Math.max(0, visit.heldUntil - around.now()),
  );
  if (!stopWaiting) {
    clearTimeout(timer);
    refuse(visit, "It is starting, and many wait for it.");
    return undefined;
  }
  return {
    stop() {
      clearTimeout(timer);
      stopWaiting();
      inner?.stop();
    },
  };
}

function showWaiting(visit: Visit): void {
  const page = waitingPage(visit.route.spec.title, PAGE_SECONDS);
  visit.status = 503;
  answer(visit.exchange, { status: 503, title: "Starting", detail: "", page, retryAfter: PAGE_SECONDS });
}

function refuse(visit: Visit, detail: string): void {
  visit.status = 503;
  const title = `${visit.route.spec.title} is not available`;
  answer(visit.exchange, { status: 503, title, detail, retryAfter: RETRY_SECONDS });
}
