// Decides for all services at one moment, a slice after the other, and says which are to be put to sleep. Over ten thousand
// services this is some milliseconds of arithmetic, of which nobody shall wait for more than one slice: nothing is read or asked.

import { type DecideRules, type Decision, decide } from "./decide.ts";
import { type Warmth, warmthAt } from "./keep-warm.ts";
import type { KnownService } from "./known-service.ts";

/** What a sweep looks at. */
export interface SweepView {
  readonly services: Iterable<KnownService>;
  /** When each proxy last spoke. */
  readonly proxies: ReadonlyMap<string, number>;
  readonly rules: DecideRules;
  /** Where hours are counted that name no zone. */
  readonly timeZone: string;
  /** What hours meant when they were last worked out; of hours that many services have it is worked out once. */
  readonly warmths: Map<string, Warmth>;
}

const NO_HOURS: Warmth = { warm: false, until: Number.POSITIVE_INFINITY };
const FRESH_INTERVALS = 2;
/** Different hours that are remembered. */
const MOST_WARMTHS = 10_000;

/** Seconds after which a service is decided about again of which nothing was heard; spread, so that not all come at once. */
const AGAIN = { least: 20, spread: 20 };

/** Services in a slice. */
const SLICE = 500;

/** A part of all services, decided about. */
export interface Slice {
  readonly looked: readonly KnownService[];
  /** Those of them that are to sleep. */
  readonly sleepy: readonly KnownService[];
}

/** Writes each service's decision into it where something may have changed. Services that come and go between slices do no harm. */
export function* sweep(view: SweepView, now: number): Generator<Slice> {
  let looked: KnownService[] = [];
  let sleepy: KnownService[] = [];
  let turn = 0;
  for (const service of view.services) {
    if (renew(service, view, now, turn)) turn = (turn + 1) % AGAIN.spread;
    if (service.decision?.stop && !service.busy) sleepy.push(service);
    if (looked.push(service) < SLICE) continue;
    yield { looked, sleepy };
    [looked, sleepy] = [[], []];
  }
  yield { looked, sleepy };
}

// True: it was decided about anew.
function renew(service: KnownService, view: SweepView, now: number, turn: number): boolean {
  if (service.wakefulness !== "awake") {
    service.decision = undefined;
    return false;
  }
  if (now < service.decidedUntil) return false;
  const { decision, until } = decideAbout(service, view, now);
  service.decision = decision;
  service.decidedUntil = Math.min(until, now + AGAIN.least + turn);
  return true;
}

/** What is so at this moment, and until when if nothing is heard. */
export function decideAbout(service: KnownService, view: Omit<SweepView, "services">, now: number) {
  const { proxies, rules } = view;
  const warmth = warmthOf(service, view, now);
  const use = service.known(proxies, now - FRESH_INTERVALS * rules.trafficInterval);
  const own = decide(use, service.policy.idle, warmth, rules, now);
  const decision: Decision = service.neededBy === undefined ? own : needed(own, service.neededBy);
  const until = Math.min(warmth.until, decision.stopsAt ?? Number.POSITIVE_INFINITY);
  // What is due and did not happen yet is looked at again in the next sweep.
  return { decision, until: until > now ? until : 0 };
}

// Without it the other one would not work, whatever its own traffic says.
function needed(own: Decision, by: string): Decision {
  if (own.activity === "active") return own;
  return { ...own, activity: "active", because: `${by} needs it`, stopsAt: undefined, stop: false };
}

function warmthOf({ policy }: KnownService, { warmths, timeZone }: Omit<SweepView, "services">, now: number): Warmth {
  if (policy.hours.length === 0) return NO_HOURS;
  const key = `${timeZone}\n${policy.idle.keepWarm.join("\n")}`;
  const known = warmths.get(key);
  if (known && now < known.until) return known;
  if (warmths.size >= MOST_WARMTHS) warmths.clear();
  const warmth = warmthAt(policy.hours, timeZone, now);
  warmths.set(key, warmth);
  return warmth;
}
