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
/** Offsets that are remembered: those of some months around now in many zones. */
const MOST_OFFSETS = 20_000;

/** Zones whose formats are kept: there are about six hundred. */
const MOST_FORMATS = 1000;

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
