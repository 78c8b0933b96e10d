// Looks at a container's use, step by step as the original's tests have them.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideLook } from "./look.ts";
import { NO_PORTS, type SpinContainer } from "./record.ts";

const NOW = 1_800_000_000;
const RULES = { interval: 1800, staleMeans: "idle", listeningSince: 0 } as const;
const RUNS: SpinContainer = {
  ...{ id: "aa", name: "calm_bay", image: "sd/app", status: "running", ports: NO_PORTS, active: "0" },
  ...{ reportedAt: undefined, run: 7, createdAt: 0 },
};
const look = (
  container: Partial<SpinContainer>,
  final: boolean,
  rules: Partial<Parameters<typeof decideLook>[2]> = {},
) => decideLook({ ...RUNS, ...container }, { run: 7, final }, { ...RULES, ...rules }, NOW);

describe("a look", () => {
  test("at what is gone, does not run, or runs anew has no effect", () => {
    expect(decideLook(undefined, { run: 7, final: true }, RULES, NOW)).toEqual({ says: "none" });
    for (const status of ["stopping", "stopped", "deleting"] as const)
      expect(look({ status }, true)).toEqual({ says: "none" });
    expect(look({ run: 8 }, true)).toEqual({ says: "none" });
  });

  test("that finds it idle is followed by a last one, and that by the end", () => {
    expect(look({}, false)).toEqual({ says: "container inactive", again: NOW + 1800, final: true });
    expect(look({}, true)).toEqual({ says: "stopping container" });
  });

  test.each(["1", "", "00", "no"])("takes the report %j for use", (active) => {
    for (const final of [false, true])
      expect(look({ active, reportedAt: NOW - 3600 }, final)).toEqual({
        ...{ says: "container active", again: NOW + 1800, final: false },
      });
  });

  test("asks the site's policy about a report that is older than two intervals", () => {
    const stale = { active: "1", reportedAt: NOW - 3601 };
    expect(look(stale, false).says).toBe("container inactive");
    expect(look(stale, false, { staleMeans: "active" }).says).toBe("container active");
    expect(look(stale, false, { listeningSince: NOW - 10 }).says).toBe("container active");
  });

  test("never stops what reported use within two intervals", () => {
    fc.assert(
      fc.property(fc.nat(3600), fc.boolean(), fc.string({ minLength: 1 }), (age, final, active) => {
        fc.pre(active !== "0");
        expect(look({ active, reportedAt: NOW - age }, final).says).toBe("container active");
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
