// Whose turn it is, without a database.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fairOrder, type Loads, nextUsers, type Waiting } from "./fair-order.ts";

const NO_LOADS: Loads = new Map();

function waiting(...requests: readonly [id: string, uid: number | null, createdAt: number][]): readonly Waiting[] {
  return requests.map(([id, uid, createdAt]) => ({ id, uid, createdAt }));
}

function order(requests: readonly Waiting[], loads = NO_LOADS): string {
  return fairOrder(requests, loads)
    .map(({ id }) => id)
    .join(" ");
}

describe("the order of work", () => {
  test("goes round by user, not by request", () => {
    const requests = waiting(["a1", 1, 0], ["a2", 1, 0], ["a3", 1, 0], ["b1", 2, 5], ["n1", null, 6], ["b2", 2, 7]);
    expect(order(requests)).toBe("a1 b1 n1 a2 b2 a3");
  });

  test("puts users with fewer jobs under way first", () => {
    const loads = new Map([[1, { underWay: 1, lastStart: 0 }]]);
    expect(order(waiting(["a1", 1, 0], ["b1", 2, 5], ["b2", 2, 5]), loads)).toBe("b1 a1 b2");
  });

  test("lets who was served last wait behind those who were not", () => {
    const loads = new Map([[1, { underWay: 0, lastStart: 9 }]]);
    expect(order(waiting(["a1", 1, 0], ["b1", 2, 5]), loads)).toBe("b1 a1");
  });

  test("holds everybody once, and each user's requests in the order they came", () => {
    const request = fc.record({
      id: fc.uuid(),
      uid: fc.option(fc.integer({ min: 1, max: 5 })),
      createdAt: fc.integer({ min: 0, max: 20 }),
    });
    const requests = fc.uniqueArray(request, { selector: ({ id }) => id, maxLength: 30 });
    fc.assert(
      fc.property(requests, (all) => {
        const ordered = fairOrder(all, NO_LOADS);
        expect(new Set(ordered.map(({ id }) => id))).toEqual(new Set(all.map(({ id }) => id)));
        const served = new Map<number | null, { readonly count: number; readonly createdAt: number }>();
        for (const { uid, createdAt } of ordered) {
          const before = served.get(uid);
          expect(createdAt).toBeGreaterThanOrEqual(before?.createdAt ?? 0);
          served.set(uid, { count: (before?.count ?? 0) + 1, createdAt });
        }
        // Nobody gets a second turn before everybody who waits has had the first one.
        const firstRound = ordered.slice(0, served.size).map(({ uid }) => uid);
        expect(new Set(firstRound).size).toBe(served.size);
      }),
      { numRuns: 200 },
    );
  });
});

describe("the limit of a user", () => {
  const atLimit = new Map([[1, { underWay: 2, lastStart: 0 }]]);
  const now = { createdAt: 0 };

  test("keeps a place for somebody who only pauses", () => {
    const users = [
      { uid: 1, first: now },
      { uid: 2, first: undefined },
    ];
    expect(nextUsers(users, atLimit, 2)).toEqual([]);
    expect(nextUsers(users, atLimit, 3)).toEqual([1]);
  });

  test("does not hold when nobody else waits", () => {
    expect(nextUsers([{ uid: 1, first: now }], atLimit, 2)).toEqual([1]);
  });
});
