// What any order must keep, for every comparer: the same both ways round, and no circles.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareApk } from "./apk.ts";
import { compareConda } from "./conda.ts";
import { compareCran } from "./cran.ts";
import { compareDpkg } from "./dpkg.ts";
import { compareGem } from "./gem.ts";
import { compareVersions } from "./index.ts";
import type { Comparer } from "./order.ts";
import { comparePep440 } from "./pep440.ts";
import { compareRpm } from "./rpm.ts";
import { compareSemver } from "./semver.ts";
import { compareTag } from "./tag.ts";

const CASES: readonly (readonly [string, Comparer, readonly string[]])[] = [
  ["dpkg", compareDpkg, ["0", "1", ".", "-", "~", "+", "a", "1:"]],
  ["rpm", compareRpm, ["0", "1", ".", "~", "^", "a", "el9", "_"]],
  ["apk", compareApk, [".0", ".01", ".1", "a", "_rc", "_p", "1", "-r1", "_alpha"]],
  ["PEP 440", comparePep440, ["0", ".1", "a1", "rc2", ".dev1", ".post1", "+l"]],
  ["semver", compareSemver, [".0", ".1", "-a", "-1", ".b", "+x"]],
  ["conda", compareConda, [".0", ".1", "a", "post", "dev", "_", "rc1", "+1", "1!"]],
  ["CRAN", compareCran, [".0", "-1", ".10", "2"]],
  ["tags", compareTag, [".0", "_1", "-2", "-rc1", "a", "_beta", ".10"]],
  ["gem", compareGem, [".0", ".1", ".a", ".rc1", "-x", "2"]],
];

describe.each(CASES)("the order of %s", (_, compare, words) => {
  const version = fc.array(fc.constantFrom(...words), { maxLength: 5 }).map((list) => `1${list.join("")}`);

  test("is the same both ways round, and each version is itself", () => {
    const check = fc.property(version, version, (a, b) => {
      const order = compare(a, b);
      const back = compare(b, a);
      if (compare(a, a) !== undefined) expect(compare(a, a)).toBe(0);
      expect(back === undefined ? undefined : -back + 0).toBe(order === undefined ? undefined : order + 0);
    });
    fc.assert(check, { numRuns: 300, seed: 1 });
  });

  test("goes in no circles", () => {
    const check = fc.property(version, version, version, (a, b, c) => {
      const [ab, bc, ac] = [compare(a, b), compare(b, c), compare(a, c)];
      if (ab === undefined || bc === undefined || ac === undefined) return;
      if (ab <= 0 && bc <= 0) expect(ac).toBeLessThanOrEqual(0);
      if (ab === 0 && bc === 0) expect(ac).toBe(0);
    });
    fc.assert(check, { numRuns: 800, seed: 2 });
  });

  test("never throws, whatever is compared", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40, unit: "binary" }), version, (a, b) => {
        expect([-1, 0, 1, undefined]).toContain(compare(a, b));
      }),
      { numRuns: 200, seed: 3 },
    );
  });
});

test("an ecosystem is known with and without its release, and an unknown one is not guessed", () => {
  expect(compareVersions("Debian:12", "1.0~rc1", "1.0")).toBe(-1);
  expect(compareVersions("Alpine:v3.20", "1.0_rc1", "1.0")).toBe(-1);
  expect(compareVersions("Red Hat:enterprise_linux:9::baseos", "1.0~rc1-1", "1.0-1")).toBe(-1);
  expect(compareVersions("Elsewhere", "1", "2")).toBeUndefined();
  expect(compareVersions("PyPI", "not a version", "2")).toBeUndefined();
});

test("a text without end is no version", () => {
  for (const [, compare] of CASES) expect(compare("1".repeat(10_000), "1")).toBeUndefined();
});
