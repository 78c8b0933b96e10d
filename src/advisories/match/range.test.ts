import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RangeEvent } from "../store/advisory.ts";
import { compareVersions } from "../versions/index.ts";
import { AliasGroups } from "./alias-groups.ts";
import { flawNames } from "./candidate.ts";
import { purlKey, speaksOf } from "./purl.ts";
import { inRange } from "./range.ts";

const compare = (a: string, b: string) => compareVersions("npm", a, b);
const inside = (version: string, ...events: readonly RangeEvent[]) => inRange(version, events, compare);

describe("a range", () => {
  const FROM_START: readonly RangeEvent[] = [
    ["introduced", "0"],
    ["fixed", "1.2"],
  ];

  test("begins with its first version and ends before its fix", () => {
    expect(inside("0.0.1", ...FROM_START)).toEqual({ inside: true, fixed: "1.2" });
    expect(inside("1.2", ...FROM_START).inside).toBe(false);
    expect(inside("1.1.9", ["introduced", "1.1.9"]).inside).toBe(true);
  });

  test("includes the last affected version, and knows no fix then", () => {
    expect(inside("1.2", ["introduced", "0"], ["last_affected", "1.2"])).toEqual({ inside: true, fixed: undefined });
    expect(inside("1.2.1", ["introduced", "0"], ["last_affected", "1.2"]).inside).toBe(false);
  });

  test("may end and begin again; the fix is the next one", () => {
    const twice: readonly RangeEvent[] = [...FROM_START, ["introduced", "2.0"], ["fixed", "2.1"]];
    expect(inside("1.5", ...twice).inside).toBe(false);
    expect(inside("2.0.5", ...twice)).toEqual({ inside: true, fixed: "2.1" });
    expect(inside("1.0", ...twice).fixed).toBe("1.2");
  });

  test("ends at its limits, where it has some and none is open", () => {
    expect(inside("1.1", ...FROM_START, ["limit", "1.0"]).inside).toBe(false);
    expect(inside("1.1", ...FROM_START, ["limit", "1.0"], ["limit", "1.15"]).inside).toBe(true);
    expect(inside("1.1", ...FROM_START, ["limit", "*"]).inside).toBe(true);
  });

  test("says neither yes nor no of what cannot be compared", () => {
    expect(inside("no version!", ...FROM_START)).toEqual({ inside: undefined, fixed: "1.2" });
  });

  test("is what a plain look at each version finds", () => {
    const numbers = fc
      .uniqueArray(fc.nat(30), { minLength: 2, maxLength: 8 })
      .map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(numbers, fc.nat(32), (bounds, version) => {
        const events = bounds.map((at, index): RangeEvent => [index % 2 === 0 ? "introduced" : "fixed", `${at}.0`]);
        const plain = bounds.some(
          (from, index) => index % 2 === 0 && version >= from && version < (bounds[index + 1] ?? 99),
        );
        expect(inside(`${version}.0`, ...events).inside).toBe(plain);
      }),
      { numRuns: 500, seed: 6 },
    );
  });
});

describe("names", () => {
  test("that mean the same are one group, in whatever order they come", () => {
    const groups = new AliasGroups();
    groups.join(["CVE-1", "GHSA-1"]);
    groups.join(["PYSEC-2", "CVE-2"]);
    groups.join(["GHSA-1", "PYSEC-1"]);
    expect(groups.find("PYSEC-1")).toBe(groups.find("CVE-1"));
    expect(groups.find("CVE-2")).not.toBe(groups.find("CVE-1"));
    groups.join(["PYSEC-1", "PYSEC-2"]);
    expect(groups.find("CVE-2")).toBe(groups.find("CVE-1"));
  });

  test("of a bundle are several flaws that mention it", () => {
    expect(flawNames("DSA-1", ["CVE-1-1", "CVE-1-2"])).toEqual([
      { names: ["CVE-1-1"], mentions: ["DSA-1"] },
      { names: ["CVE-1-2"], mentions: ["DSA-1"] },
    ]);
    expect(flawNames("GHSA-1", ["CVE-1-1"])).toEqual([{ names: ["GHSA-1", "CVE-1-1"], mentions: [] }]);
  });
});

describe("package URLs", () => {
  test("are the same package whatever the qualifiers, with the epoch in either place", () => {
    expect(purlKey("pkg:rpm/rocky/a@1-1?epoch=2&arch=x86_64")).toBe(purlKey("pkg:rpm/rocky/a@2:1-1"));
    expect(purlKey("pkg:rpm/rocky/a@1-1?epoch=0")).toBe(purlKey("pkg:rpm/rocky/a@1-1"));
    expect(purlKey("no purl")).toBe("no purl");
  });

  test("in a document mean all that they do not tell apart", () => {
    expect(speaksOf("pkg:deb/libssl3", "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64")).toBe(true);
    expect(speaksOf("pkg:deb/debian/libssl3@3.0.11-1", "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64")).toBe(true);
    expect(speaksOf("pkg:deb/ubuntu/libssl3", "pkg:deb/debian/libssl3@3.0.11-1")).toBe(false);
    expect(speaksOf("nonsense", "pkg:deb/debian/libssl3@1")).toBe(false);
  });
});
