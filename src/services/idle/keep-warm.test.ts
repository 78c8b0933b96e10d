// Keep-warm hours: what can be written, and what they mean in zones with and without changes of clocks.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseWarmHours } from "../../recipe/stack/warm-hours.ts";
import { warmthAt } from "./keep-warm.ts";

const at = (text: string) => Date.parse(text) / 1000;
const shown = (seconds: number) => new Date(seconds * 1000).toISOString();

describe("keep-warm hours", () => {
  test("are read with ranges and lists of days, over midnight, and with a zone", () => {
    expect(parseWarmHours("mon-fri 08:00-18:00")).toEqual({
      days: [1, 2, 3, 4, 5],
      from: 480,
      to: 1080,
      zone: undefined,
    });
    expect(parseWarmHours("sat-mon 0:00-24:00")).toMatchObject({ days: [0, 1, 6], from: 0, to: 1440 });
    expect(parseWarmHours("22:00-06:00 Europe/Berlin")).toMatchObject({ from: 1320, to: 1800, zone: "Europe/Berlin" });
    expect(parseWarmHours("tue,thu 7:30-8:15").days).toEqual([2, 4]);
  });

  test.each([
    "",
    "mon",
    "08:00",
    "funday 08:00-09:00",
    "mon 25:00-26:00",
    "mon 08:60-09:00",
    "mon 08:00-08:00",
    "8:00-9:00 Mars/Base",
  ])("that nobody understands are refused: %s", (text) =>
    expect(() => parseWarmHours(text)).toThrowError(/kept warm|time zone/),
  );

  test("hold in the zone that they name, or the site's", () => {
    const hours = [parseWarmHours("mon-fri 08:00-18:00")];
    // A Monday; Berlin is two hours ahead in summer.
    const warm = (time: string, zone: string) => warmthAt(hours, zone, at(time)).warm;
    expect(warm("2026-07-06T07:00:00Z", "UTC")).toBe(false);
    expect(warm("2026-07-06T07:00:00Z", "Europe/Berlin")).toBe(true);
    expect(warm("2026-07-05T12:00:00Z", "Europe/Berlin")).toBe(false);
    expect(warmthAt([parseWarmHours("mon 08:00-09:00 Asia/Tokyo")], "UTC", at("2026-07-05T23:30:00Z")).warm).toBe(true);
  });

  test("say when that changes", () => {
    const hours = [parseWarmHours("mon-fri 08:00-18:00")];
    expect(shown(warmthAt(hours, "UTC", at("2026-07-06T12:00:00Z")).until)).toBe("2026-07-06T18:00:00.000Z");
    expect(shown(warmthAt(hours, "UTC", at("2026-07-03T18:00:00Z")).until)).toBe("2026-07-06T08:00:00.000Z");
    expect(warmthAt([], "UTC", 0)).toEqual({ warm: false, until: Number.POSITIVE_INFINITY });
  });

  test("go over midnight and the week's end", () => {
    const hours = [parseWarmHours("sat 22:00-06:00")];
    expect(warmthAt(hours, "UTC", at("2026-07-05T05:59:59Z"))).toEqual({
      warm: true,
      until: at("2026-07-05T06:00:00Z"),
    });
    expect(warmthAt(hours, "UTC", at("2026-07-05T06:00:00Z")).warm).toBe(false);
  });

  test("begin and end by the clock on the wall when clocks are changed", () => {
    const hours = [parseWarmHours("daily 08:00-18:00")];
    // On 29 March 2026 Berlin goes from UTC+1 to UTC+2, on 25 October back.
    const begin = (time: string) => shown(warmthAt(hours, "Europe/Berlin", at(time)).until);
    expect(begin("2026-03-28T20:00:00Z")).toBe("2026-03-29T06:00:00.000Z");
    expect(begin("2026-10-24T20:00:00Z")).toBe("2026-10-25T07:00:00.000Z");
  });

  test("end when the clock on the wall says so, in every zone and week", () => {
    const zones = Intl.supportedValuesOf("timeZone");
    const moments = fc.integer({ min: at("2020-01-01T00:00:00Z"), max: at("2029-01-01T00:00:00Z") });
    const wall = (seconds: number, timeZone: string) =>
      new Date(seconds * 1000).toLocaleTimeString("de", { timeZone, hour: "2-digit", minute: "2-digit" });
    fc.assert(
      fc.property(moments, fc.constantFrom(...zones), (now, zone) => {
        // No zone leaves out or repeats these hours.
        const { warm, until } = warmthAt([parseWarmHours("daily 12:10-18:20")], zone, now);
        expect(wall(until, zone)).toBe(warm ? "18:20" : "12:10");
        expect(until - now).toBeLessThan(20 * 3600);
      }),
      { seed: 6, numRuns: 500 },
    );
  });
});
