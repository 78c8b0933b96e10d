// Hours of the week in which a service always runs, in somebody's time zone: `mon-fri 08:00-18:00`, `sat,sun 22:00-02:00`,
// `daily 07:00-24:00 Europe/Berlin`. How they are written, for those who check a recipe and those who keep to it. Pure.

import { defineErrors } from "../../base/errors.ts";
import { isTimeZone } from "../../base/time-zone.ts";

const fail = defineErrors({
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
