// Hours of the week in which a service always runs, in somebody's time zone: `mon-fri 08:00-18:00`, `sat,sun 22:00-02:00`,
// `daily 07:00-24:00 Europe/Berlin`. Pure but for what the runtime knows of time zones.

import { defineErrors } from "../../base/errors.ts";
import { isTimeZone } from "../../site/services/idle.ts";

/** Failures of keep-warm hours. */
export const fail = defineErrors({
  E_IDLE_HOURS: {
    text: '"{text}" does not say when a service is kept warm: {reason}',
    hint: "write it as in: mon-fri 08:00-18:00, or daily 22:00-06:00 Europe/Berlin",
    http: 422,
  },
});

/** Hours of some days of the week. */
export interface WarmHours {
  /** 0 is Sunday. */
  readonly days: readonly number[];
  /** Minutes of the day; `to` may be of the next one: at most 48 hours. */
  readonly from: number;
  readonly to: number;
  /** Undefined: the site's. */
  readonly zone: string | undefined;
}

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const DAY_MINUTES = 1440;
const FORM = /^(?:([a-z,-]+)\s+)?(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})(?:\s+(\S+))?$/i;

/** Reads one line of hours. @throws E_IDLE_HOURS */
export function parseWarmHours(text: string): WarmHours {
  const match = FORM.exec(text.trim());
  if (!match) throw fail("E_IDLE_HOURS", { text, reason: "days, hours or both are missing" });
  const [, days = "daily", fromHour, fromMinute, toHour, toMinute, zone] = match;
  const from = minutesOf(text, Number(fromHour), Number(fromMinute));
  const to = minutesOf(text, Number(toHour), Number(toMinute));
  if (from === DAY_MINUTES || from === to) throw fail("E_IDLE_HOURS", { text, reason: "it lasts no time" });
  if (zone !== undefined && !isTimeZone(zone)) throw fail("E_IDLE_HOURS", { text, reason: `${zone} is no time zone` });
  return { days: daysOf(text, days.toLowerCase()), from, to: to > from ? to : to + DAY_MINUTES, zone };
}

function minutesOf(text: string, hour: number, minute: number): number {
  const minutes = hour * 60 + minute;
  if (minute > 59 || minutes > DAY_MINUTES)
    throw fail("E_IDLE_HOURS", { text, reason: "hours go from 00:00 to 24:00" });
  return minutes;
}

function daysOf(text: string, words: string): readonly number[] {
  if (words === "daily") return [0, 1, 2, 3, 4, 5, 6];
  const days = words.split(",").flatMap((word) => {
    const [first = -1, last = first] = word.split("-").map((day) => DAYS.indexOf(day));
    if (first < 0 || last < 0 || word.split("-").length > 2)
      throw fail("E_IDLE_HOURS", { text, reason: `${word} is no day of the week` });
    // From Saturday to Monday goes over the week's end.
    return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, index) => (first + index) % 7);
  });
  return [...new Set(days)].sort((a, b) => a - b);
}

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
/** Offsets that are remembered: those of some months around now in many zones. */
const MOST_OFFSETS = 20_000;

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, number>();

// Clocks are changed at quarters of an hour; asking the runtime costs microseconds, which ten thousand stacks would feel.
function offsetMs(at: number, zone: string): number {
  const quarter = Math.floor(at / QUARTER_MS);
  const key = `${quarter} ${zone}`;
  let offset = offsets.get(key);
  if (offset === undefined) {
    if (offsets.size >= MOST_OFFSETS) offsets.clear();
    offset = askOffset(quarter * QUARTER_MS, zone);
    offsets.set(key, offset);
  }
  return offset;
}

function askOffset(at: number, zone: string): number {
  let format = formats.get(zone);
  if (!format) {
    const parts = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
    format = new Intl.DateTimeFormat("en-u-hc-h23", { timeZone: zone, ...parts, second: "numeric" });
    formats.set(zone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(at)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - at;
}
