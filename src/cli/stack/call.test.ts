// Words of commands about services that are read or shown before any server is asked.

import { describe, expect, test } from "vitest";
import { numberIn, plain, serviceIn } from "./call.ts";
import { updateIn } from "./update-flags.ts";

test("what others wrote cannot command the terminal", () => {
  expect(plain("a\x1b]0;owned\x07\tb\r\n\x9b31m")).toBe("a?]0;owned?\tb?\n?31m");
});

test.each(["rover", "rover/", "/web", "rover/web/1", ""])("%o names no service", (text) => {
  expect(() => serviceIn(text)).toThrow("names no service");
});

test.each(["-1", "1.5", "0x10", "1e3", "many", "9999999999", ""])("%o is no number of containers", (text) => {
  expect(() => numberIn(text, "number of containers")).toThrow("is no number of containers");
});

describe("how an upgrade replaces containers", () => {
  const none = { batch: undefined, interval: undefined, "start-first": false, "stop-first": false, confirm: false };

  test("is as the recipe has it unless said", () => {
    expect(updateIn(none)).toEqual({});
  });
  test("is what is said, and nothing else", () => {
    expect(updateIn({ ...none, batch: "0", interval: "1.5s" })).toEqual({ update: { batch: 0, intervalMs: 1500 } });
    expect(updateIn({ ...none, "stop-first": true })).toEqual({ update: { startFirst: false } });
    expect(updateIn({ ...none, "start-first": true, confirm: true })).toEqual({
      update: { startFirst: true, confirm: true },
    });
  });
  test("cannot be both", () => {
    expect(() => updateIn({ ...none, "start-first": true, "stop-first": true })).toThrow("contradict each other");
    expect(() => updateIn({ ...none, interval: "soon" })).toThrow("soon is no duration");
  });
});
