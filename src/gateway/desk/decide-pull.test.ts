// The table of spec/shifter.md 1.5, and cases 116 to 118 and 127 of 10.6.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Status } from "../types.ts";
import { decidePull, type KnownRequest, type PullDecision, type PullState, type PullWish } from "./decide-pull.ts";

const NOW = 1_000_000;
const AGES = { update: 300, heartbeat: 3600 };
const SAME: PullWish = { listsDiffer: false, newCredentials: false, moved: false, pushed: false };
const OTHER_LISTS: PullWish = { ...SAME, listsDiffer: true };
const OTHER_LOGIN: PullWish = { ...SAME, newCredentials: true };
const MOVED: PullWish = { ...SAME, moved: true };
const PUSHED: PullWish = { ...SAME, pushed: true };

function image(age: number): PullState {
  return { ready: { lastPull: NOW - age }, request: undefined };
}

function atWork(status: Status, silence: number): KnownRequest {
  return { status, heartbeatAt: NOW - silence, finishedAt: null };
}

function failed(age: number): KnownRequest {
  return { status: "FAILURE", heartbeatAt: NOW - age, finishedAt: NOW - age };
}

function only(request: KnownRequest): PullState {
  return { ready: undefined, request };
}

describe("a request for an image", () => {
  test.each<[string, PullState, PullWish, PullDecision]>([
    ["that there is nothing of starts a pull", { ready: undefined, request: undefined }, SAME, "start"],
    ["pulled long ago starts a pull (116)", image(301), SAME, "start"],
    ["pulled lately is answered by the image (116, 117)", image(299), SAME, "image"],
    ["pulled lately, with other lists, starts a pull (118)", image(11), OTHER_LISTS, "start"],
    ["pulled just now, with other lists, is answered by the image", image(9), OTHER_LISTS, "image"],
    ["whose tag is known to have moved starts a pull, however fresh", image(1), MOVED, "start"],
    ["that failed, after a push starts a pull", only(failed(1)), PUSHED, "start"],
    [
      "that failed, of a tag that moved, is answered by the failure",
      { ...image(99), request: failed(1) },
      MOVED,
      "request",
    ],
    [
      "at work, whose tag moved, is answered by that",
      { ...image(99), request: atWork("PULLING", 5) },
      MOVED,
      "request",
    ],
    ["at work is answered by that (116, 117)", only(atWork("PULLING", 5)), SAME, "request"],
    ["at work, with other lists, is answered by that (117)", only(atWork("PULLING", 5)), OTHER_LISTS, "request"],
    ["at work, with another login, is answered by that", only(atWork("PULLING", 5)), OTHER_LOGIN, "request"],
    ["at work that has hung starts anew (116)", only(atWork("PULLING", 7200)), SAME, "replace"],
    ["that has waited for hours goes on waiting", only(atWork("PENDING", 7200)), SAME, "request"],
    ["that failed lately is answered by the failure (116)", only(failed(299)), SAME, "request"],
    ["that failed lately, with other lists, is answered by the failure", only(failed(299)), OTHER_LISTS, "request"],
    ["that failed lately, with another login, starts anew", only(failed(5)), OTHER_LOGIN, "start"],
    ["that failed long ago starts anew (116, 127)", only(failed(301)), SAME, "start"],
    ["old, and at work, is answered by the work (118)", { ...image(900), request: atWork("INIT", 1) }, SAME, "request"],
    ["old, whose pull failed, is answered by the failure", { ...image(900), request: failed(5) }, SAME, "request"],
    [
      "that another got after the failure is answered by the image",
      { ...image(5), request: failed(50) },
      SAME,
      "image",
    ],
    ["whose own finished pull made it is answered by the image", done(5), SAME, "image"],
    ["pulled before the clock was set back by an hour starts a pull", image(-3600), SAME, "start"],
    ["that failed before the clock was set back starts a pull", only(failed(-3600)), SAME, "start"],
  ])("%s", (_title, state, wish, decision) => {
    expect(decidePull(state, wish, NOW, AGES)).toBe(decision);
  });

  test("never starts a second pull beside one that is alive", () => {
    const states = fc.record({
      ready: fc.option(fc.record({ lastPull: fc.integer({ min: 0, max: 2 * NOW }) }), { nil: undefined }),
      request: fc.record({
        status: fc.constantFrom<Status>(
          "INIT",
          "PENDING",
          "PULLING",
          "EXAMINATION",
          "CONVERSION",
          "TRANSFER",
          "HASHING",
        ),
        heartbeatAt: fc.integer({ min: NOW - AGES.heartbeat, max: 2 * NOW }),
        finishedAt: fc.constant(null),
      }),
    });
    const said = fc.boolean();
    const wishes = fc.record({ listsDiffer: said, newCredentials: said, moved: said, pushed: said });
    fc.assert(
      fc.property(states, wishes, (state, wish) => decidePull(state, wish, NOW, AGES) === "request"),
      { numRuns: 500, seed: 1 },
    );
  });
});

function done(age: number): PullState {
  const request: KnownRequest = { status: "READY", heartbeatAt: NOW - age, finishedAt: NOW - age };
  return { ready: { lastPull: NOW - age }, request };
}
