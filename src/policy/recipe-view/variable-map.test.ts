import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VariableMap } from "./variable-map.ts";

describe("A map of variables", () => {
  test("has what a common map has, at every step, in the order of names", () => {
    const pair = fc.tuple(fc.string({ maxLength: 2 }), fc.option(fc.string({ maxLength: 2 }), { nil: undefined }));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 60 }), (pairs) => {
        const common = new Map<string, string | undefined>();
        let map = VariableMap.none;
        for (const [name, value] of pairs) {
          const before = [...map];
          const next = map.with(name, value);
          expect([...map]).toEqual(before);
          map = next;
          common.set(name, value);
        }
        expect([...map]).toEqual([...common].sort(([a], [b]) => (a < b ? -1 : 1)));
        expect(map.size).toBe(common.size);
        for (const [name, value] of common) expect([map.has(name), map.get(name)]).toEqual([true, value]);
        expect(map.has("nothing")).toBe(false);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  test("takes names in their order without becoming a list", () => {
    let map = VariableMap.none;
    for (let index = 0; index < 100_000; index++) map = map.with(String(index).padStart(8, "0"), "");
    expect(map.size).toBe(100_000);
  });

  test("of a map of variables is itself", () => {
    const map = VariableMap.from(new Map([["A", "1"]]));
    expect(VariableMap.from(map)).toBe(map);
    expect([...map.keys(), ...map.values()]).toEqual(["A", "1"]);
  });
});
