import fc from "fast-check";
import { expect, test } from "vitest";
import { Crowd } from "./crowd.ts";

test("holds what a Set would hold, however members come and go", () => {
  const move = fc.record({ member: fc.nat({ max: 20 }), comes: fc.boolean() });
  fc.assert(
    fc.property(fc.array(move, { maxLength: 200 }), (moves) => {
      const members = Array.from({ length: 21 }, (_, id) => ({ id, place: -1 }));
      const [crowd, set] = [new Crowd<(typeof members)[number]>(), new Set<number>()];
      for (const { member, comes } of moves) {
        const one = members[member] as (typeof members)[number];
        if (comes) {
          crowd.add(one);
          set.add(member);
        } else expect(crowd.delete(one)).toBe(set.delete(member));
        expect(crowd.size).toBe(set.size);
      }
      expect(new Set(crowd.all().map(({ id }) => id))).toEqual(set);
    }),
  );
});
