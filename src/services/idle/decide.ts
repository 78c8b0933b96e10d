// Decides from what is known of a service whether it is in use, says why, and when it is to be stopped. Pure: the clock and
// everything that was seen are handed in. Times are seconds since 1970.

import type { IdleSpec } from "../../recipe/stack/types.ts";
import type { IdleState } from "../types.ts";
import type { Warmth } from "./keep-warm.ts";

/** What is known of a service that runs. */
export interface KnownUse {
  /** When its newest container was started, by whomever. */
  readonly startedAt: number;
  /** Last use that was ever seen; undefined: none. */
  readonly lastUse: number | undefined;
  /** The last report of each container. */
  readonly reports: readonly Report[];
  /** What proxies say; undefined: none of them spoke lately. */
  readonly traffic: Traffic | undefined;
  /** Undefined: not measured yet. */
  readonly cpu: CpuUse | undefined;
}

/** What a container said of its own use. */
export interface Report {
  readonly value: string;
  readonly at: number;
}

export interface Traffic {
  readonly open: number;
  readonly lastUse: number;
  /** When a proxy last said something. */
  readonly at: number;
}

export interface CpuUse {
  /** CPUs in use between the last two measurements. */
  readonly share: number;
  readonly at: number;
  /** When it last was above the policy's floor. */
  readonly busyAt: number | undefined;
}

/** How old things may be: seconds. */
export interface DecideRules {
  readonly reportInterval: number;
  readonly trafficInterval: number;
  readonly cpuInterval: number;
  /** Before that nobody could report: silence counts from here. */
  readonly listeningSince: number;
}

/** What follows. */
export interface Decision extends IdleState {
  /** It is time. */
  readonly stop: boolean;
}

/** What one signal says. */
interface Sign {
  readonly says: "use" | "quiet" | "unknown";
  readonly because: string;
  readonly lastUse: number | undefined;
}

/** Intervals after which a report says nothing any more. */
const FRESH_INTERVALS = 2;
/** Seconds between requests that still are one visit. */
const VISIT = 60;

/** Decides for one service at one moment. */
export function decide(use: KnownUse, policy: IdleSpec, warmth: Warmth, rules: DecideRules, now: number): Decision {
  const signs = policy.signals.map((signal) => SIGNS[signal](use, policy, rules, now));
  const lastUse = newest([use.lastUse, ...signs.map((sign) => sign.lastUse)]);
  const inUse = signs.find(({ says }) => says === "use");
  if (inUse) return { activity: "active", because: inUse.because, lastUse, stopsAt: undefined, stop: false };
  if (warmth.warm)
    return { activity: "warm", because: "kept warm at this hour", lastUse, stopsAt: undefined, stop: false };
  const unknown = policy.signals.length === 0 ? NO_SIGNAL : signs.find(({ says }) => says === "unknown");
  const activity = unknown ? "unknown" : "idle";
  const because = unknown?.because ?? signs.map((sign) => sign.because).join(", ");
  if (policy.action === "none" || (unknown && policy.unknownMeans === "active"))
    return { activity, because, lastUse, stopsAt: undefined, stop: false };
  const stopsAt = Math.max(lastUse ?? 0, use.startedAt) + policy.afterMs / 1000;
  // A server that just started has to hear everybody once before it stops anything.
  const heard = rules.listeningSince + FRESH_INTERVALS * rules.trafficInterval;
  return { activity, because, lastUse, stopsAt, stop: now >= Math.max(stopsAt, heard) };
}

const NO_SIGNAL: Sign = { says: "unknown", because: "its policy names nothing that counts as use", lastUse: undefined };

type Reader = (use: KnownUse, policy: IdleSpec, rules: DecideRules, now: number) => Sign;

const SIGNS: Readonly<Record<IdleSpec["signals"][number], Reader>> = {
  "check-in": readReports,
  requests: readRequests,
  connections: readConnections,
  cpu: readCpu,
};

function readReports({ reports, startedAt }: KnownUse, _policy: IdleSpec, rules: DecideRules, now: number): Sign {
  const limit = FRESH_INTERVALS * rules.reportInterval;
  const lastUse = newest(reports.filter(({ value }) => value !== "0").map(({ at }) => at));
  const fresh = reports.filter(({ at }) => now - Math.max(at, rules.listeningSince) <= limit);
  const busy = fresh.find(({ value }) => value !== "0");
  if (busy) return { says: "use", because: `checked in ${ago(now - busy.at)} with ${short(busy.value)}`, lastUse };
  const last = newest(reports.map(({ at }) => at));
  if (fresh.length > 0) return { says: "quiet", because: `checked in ${ago(now - (last ?? now))} with 0`, lastUse };
  if (now - Math.max(startedAt, rules.listeningSince) <= limit)
    return { says: "quiet", because: "has not checked in yet", lastUse };
  const because = last === undefined ? "never checked in" : `last checked in ${ago(now - last)}`;
  return { says: "unknown", because, lastUse };
}

function freshTraffic({ traffic }: KnownUse, rules: DecideRules, now: number): Traffic | Sign {
  if (traffic && now - traffic.at <= FRESH_INTERVALS * rules.trafficInterval) return traffic;
  return { says: "unknown", because: "no proxy says how much it is used", lastUse: lastOf(traffic) };
}

function readRequests(use: KnownUse, policy: IdleSpec, rules: DecideRules, now: number): Sign {
  const traffic = freshTraffic(use, rules, now);
  if ("says" in traffic) return traffic;
  const lastUse = lastOf(traffic);
  if (lastUse === undefined) return { says: "quiet", because: "no request yet", lastUse };
  // Between two requests of one visit it is not idle yet.
  const lately = now - lastUse <= Math.min(VISIT, policy.afterMs / 2000);
  return { says: lately ? "use" : "quiet", because: `last request ${ago(now - lastUse)}`, lastUse };
}

function readConnections(use: KnownUse, _policy: IdleSpec, rules: DecideRules, now: number): Sign {
  const traffic = freshTraffic(use, rules, now);
  if ("says" in traffic) return traffic;
  const { open } = traffic;
  if (open === 0) return { says: "quiet", because: "no open connection", lastUse: lastOf(traffic) };
  return { says: "use", because: `${open} open connection${open > 1 ? "s" : ""}`, lastUse: now };
}

function lastOf(traffic: Traffic | undefined): number | undefined {
  return traffic && traffic.lastUse > 0 ? traffic.lastUse : undefined;
}

function readCpu({ cpu }: KnownUse, { cpuFloor = 0 }: IdleSpec, rules: DecideRules, now: number): Sign {
  if (!cpu || now - cpu.at > FRESH_INTERVALS * rules.cpuInterval)
    return { says: "unknown", because: "its CPU time was not measured lately", lastUse: cpu?.busyAt };
  const because = `uses ${cpu.share.toFixed(2)} of a CPU`;
  return { says: cpu.share > cpuFloor ? "use" : "quiet", because, lastUse: cpu.busyAt };
}

function newest(times: readonly (number | undefined)[]): number | undefined {
  let found: number | undefined;
  for (const time of times) if (time !== undefined && (found === undefined || time > found)) found = time;
  return found;
}

/** `40 s ago`, `12 min ago`, `3 h ago`. */
export function ago(seconds: number): string {
  if (seconds < 120) return `${Math.max(0, Math.round(seconds))} s ago`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h ago` : `${Math.round(seconds / 86_400)} d ago`;
}

// Containers say what they like.
function short(text: string): string {
  const printable = text.replace(/[\x00-\x1f\x7f-\x9f]/g, "?");
  return printable.length > 20 ? `${printable.slice(0, 20)}…` : printable;
}
