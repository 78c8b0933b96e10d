// Decides for all services at one moment, and says which are to be put to sleep. Over ten thousand services this is some
// milliseconds of arithmetic: nothing is read or asked.

import type { DecideRules } from "./decide.ts";
import { decide } from "./decide.ts";
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

/** Writes each service's decision into it; answers those that are to sleep. */
export function sweep(view: SweepView, now: number): readonly KnownService[] {
  const { services, proxies, rules } = view;
  const fresh = now - FRESH_INTERVALS * rules.trafficInterval;
  const sleepy: KnownService[] = [];
  for (const service of services) {
    if (service.wakefulness !== "awake") {
      service.decision = undefined;
      continue;
    }
    const warmth = warmthOf(service, view, now);
    service.decision = decide(service.known(proxies, fresh), service.policy.idle, warmth, rules, now);
    if (service.decision.stop && !service.busy) sleepy.push(service);
  }
  return sleepy;
}

function warmthOf({ policy }: KnownService, { warmths, timeZone }: SweepView, now: number): Warmth {
  if (policy.hours.length === 0) return NO_HOURS;
  const key = `${timeZone}\n${policy.idle.keepWarm.join("\n")}`;
  const known = warmths.get(key);
  if (known && now < known.until) return known;
  if (warmths.size >= MOST_WARMTHS) warmths.clear();
  const warmth = warmthAt(policy.hours, timeZone, now);
  warmths.set(key, warmth);
  return warmth;
}
