// Comparers without a program on this machine to ask: the examples and clauses of their specifications, in order.

import { describe, expect, test } from "vitest";
import { compareApk } from "./apk.ts";
import { compareConda } from "./conda.ts";
import { compareCran } from "./cran.ts";
import { compareGem } from "./gem.ts";
import { compareMaven } from "./maven.ts";
import type { Comparer } from "./order.ts";
import { compareSemver } from "./semver.ts";

/** Versions from old to new; those in one list are the same. */
type Ladder = readonly (readonly string[])[];

const APK: Ladder = [
  ["0.1_alpha1"],
  ["0.1"],
  ["0.1-r1"],
  ["0.1.3"],
  ["0.9"],
  ["1.0_alpha"],
  ["1.0_alpha2"],
  ["1.0_beta"],
  ["1.0_pre1"],
  ["1.0_rc"],
  ["1.0_rc1"],
  ["1.0", "1.0"],
  ["1.0-r0"],
  ["1.0-r1"],
  ["1.0-r10"],
  ["1.0_cvs20200101"],
  ["1.0_git20200101"],
  ["1.0_p1"],
  ["1.0_p2-r3"],
  ["1.0a"],
  ["1.0b-r2"],
  ["1.0.1"],
  ["1.01"],
  ["1.010"],
  ["1.1"],
  ["1.1.0"],
  ["1.2"],
  ["1.10"],
  ["2"],
  ["10.0"],
];

// The order that conda's documentation of VersionOrder gives as an example.
const CONDA: Ladder = [
  ["0.4", "0.4.0"],
  ["0.4.1.rc", "0.4.1.RC"],
  ["0.4.1"],
  ["0.5a1"],
  ["0.5b3"],
  ["0.5C1"],
  ["0.5"],
  ["0.9.6"],
  ["0.960923"],
  ["1.0"],
  ["1.1dev1"],
  ["1.1_"],
  ["1.1a1"],
  ["1.1.0dev1", "1.1.dev1"],
  ["1.1.a1"],
  ["1.1.0rc1"],
  ["1.1.0", "1.1"],
  ["1.1.0post1", "1.1.post1"],
  ["1.1post1"],
  ["1996.07.12"],
  ["1!0.4.1"],
  ["1!3.1.1.6"],
  ["2!0.4.1"],
];

const CRAN: Ladder = [
  ["0.9"],
  ["1.0"],
  ["1.0.0", "1.0-0"],
  ["1.0-1", "1.0.1"],
  ["1.0-10"],
  ["1.2"],
  ["1.10"],
  ["2024.01"],
];

const GEM: Ladder = [
  ["1.0.a", "1.a"],
  ["1.0.b1"],
  ["1.0.b2"],
  ["1.0-rc1", "1.0.pre.rc1"],
  ["1.0.pre", "1.0-0"],
  ["1.0", "1", "1.0.0"],
  ["1.0.1"],
  ["1.9"],
  ["1.10"],
  ["2.0.rc1"],
  ["2"],
];

const SEMVER: Ladder = [
  ["0.0.0-20180101000000-aaaaaaaaaaaa", "v0.0.0-20180101000000-aaaaaaaaaaaa"],
  ["0.0.0-20190101000000-0123456789ab"],
  ["0.0.0"],
  ["1.0.0-alpha"],
  ["1.0.0-alpha.1"],
  ["1.0.0-alpha.beta"],
  ["1.0.0-beta.2"],
  ["1.0.0-beta.11"],
  ["1.0.0-rc.1"],
  ["1.0.0", "1", "v1.0", "1.0.0+build.5", "1.0.0.0"],
  ["1.0.0.1"],
  ["1.2.3-0.20200101000000-0123456789ab"],
  ["1.2.3"],
  ["1.2.4"],
  ["2.0.0+incompatible", "2"],
];

describe.each([
  ["Alpine", compareApk, APK],
  ["conda", compareConda, CONDA],
  ["R", compareCran, CRAN],
  ["RubyGems", compareGem, GEM],
  ["semver", compareSemver, SEMVER],
] as readonly (readonly [string, Comparer, Ladder])[])("versions of %s", (_, compare, ladder) => {
  test("stand in the order of the specification, each with each", () => {
    const all = ladder.flatMap((same, step) => same.map((version) => ({ version, step })));
    const wrong = all.flatMap((a) =>
      all.flatMap((b) => {
        const got = compare(a.version, b.version);
        return got === Math.sign(a.step - b.step) ? [] : [`${a.version} ${b.version}: ${got}`];
      }),
    );
    expect(wrong).toEqual([]);
  });
});

test("an openssl of conda with a trailing underscore comes before its first letter", () => {
  expect(compareConda("1.0.1_", "1.0.1a")).toBe(-1);
  expect(compareConda("1.0.1_", "1.0.1")).toBe(-1);
});

test.each(["1.0-r", "1.", ".1", "1.0_foo", "1.0-1", "x1"])("%s is no version of Alpine", (version) => {
  expect(compareApk(version, "1")).toBeUndefined();
});

test.each(["1..2", "1.0+a+b", "1 2", "", "a!1"])("%j is no version of conda", (version) => {
  expect(compareConda(version, "1")).toBeUndefined();
});

test("words that every object knows are words of a version like others", () => {
  expect(compareMaven("1-constructor", "1-d")).toBe(-1);
});
