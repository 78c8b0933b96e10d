// When a service is kept warm, by its hours of the week and the time zones they are meant in. Pure but for what the runtime
// knows of time zones.

import type { WarmHours } from "../../recipe/stack/warm-hours.ts";

/** Whether it is within the hours, and when that may change. */
export interface Warmth {
  readonly warm: boolean;
  /** Seconds since 1970; infinity without hours. */
  readonly until: number;
}

/** How it is at a moment, in seconds since 1970. */
export function warmthAt(hours: readonly WarmHours[], siteZone: string, now: number): Warmth {
  let warm = false;
  let until = Number.POSITIVE_INFINITY;
  for (const one of hours) {
    for (const [begin, end] of stretchesAround(one, siteZone, now)) {
      if (begin <= now && now < end) warm = true;
      for (const edge of [begin, end]) if (edge > now && edge < until) until = edge;
    }
  }
  return { warm, until };
}

// The stretches of two days before to eight days after: one of them holds the next edge.
function stretchesAround({ days, from, to, zone }: WarmHours, siteZone: string, now: number): [number, number][] {
  const here = zone ?? siteZone;
  const today = localDay(now, here);
  const found: [number, number][] = [];
  for (let offset = -2; offset <= 8; offset++) {
    const day = today + offset * 86_400_000;
    if (!days.includes(new Date(day).getUTCDay())) continue;
    found.push([momentOf(day, from, here), momentOf(day, to, here)]);
  }
  return found;
}

// Midnight, as if UTC were the zone.
function localDay(now: number, zone: string): number {
  const local = now * 1000 + offsetMs(now * 1000, zone);
  return local - (((local % 86_400_000) + 86_400_000) % 86_400_000);
}

// A local time that a change of clocks leaves out is that much later; of one that it repeats the first counts.
function momentOf(day: number, minutes: number, zone: string): number {
  const local = day + minutes * 60_000;
  const guess = local - offsetMs(local, zone);
  return (local - offsetMs(guess, zone)) / 1000;
}

const QUARTER_MS = 900_000;
const WEEK_MS = 7 * 86_400_000;
/** Weeks that are remembered: two or three around now in every zone there is, several times over. */
const MOST_WEEKS = 10_000;

/** Zones whose formats are kept: there are about six hundred. */
const MOST_FORMATS = 1000;

/** What a zone's clocks do in one week. */
interface ZoneWeek {
  readonly before: number;
  readonly after: number;
  /** Milliseconds since 1970: `after` holds from then on. */
  readonly changeAt: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const weeks = new Map<string, ZoneWeek>();

function offsetMs(at: number, zone: string): number {
  const number = Math.floor(at / WEEK_MS);
  const key = `${number} ${zone}`;
  let week = weeks.get(key);
  if (week === undefined) {
    if (weeks.size >= MOST_WEEKS) weeks.clear();
    week = askWeek(number * WEEK_MS, zone);
    weeks.set(key, week);
  }
  return at < week.changeAt ? week.before : week.after;
}

// Asking the runtime costs microseconds, which ten thousand stacks would feel: hence twice a week, and ten times more in a
// week with a change. Clocks are changed at quarters of an hour, and nowhere twice in a week.
function askWeek(begin: number, zone: string): ZoneWeek {
  const before = askOffset(begin, zone);
  const after = askOffset(begin + WEEK_MS, zone);
  if (before === after) return { before, after, changeAt: begin };
  let [low, high] = [0, WEEK_MS / QUARTER_MS];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (askOffset(begin + middle * QUARTER_MS, zone) === before) low = middle;
    else high = middle;
  }
  return { before, after, changeAt: begin + high * QUARTER_MS };
}

function askOffset(at: number, zone: string): number {
  let format = formats.get(zone);
  if (!format) {
    // Zones have many spellings.
    if (formats.size >= MOST_FORMATS) formats.clear();
    const parts = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
    format = new Intl.DateTimeFormat("en-u-hc-h23", { timeZone: zone, ...parts, second: "numeric" });
    formats.set(zone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(at)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - at;
}
