// Which tags may move.

import { describe, expect, test } from "vitest";
import { immutableBy, matches, type TagRule } from "./tag-rules.ts";

const immutable = (pattern: string, repository?: string): TagRule => ({ pattern, kind: "immutable", repository });
const moving = (pattern: string, repository?: string): TagRule => ({ pattern, kind: "moving", repository });

describe("a pattern", () => {
  test.each([
    ["semver", "1.2.3", true],
    ["semver", "v1.2.3-rc.1", true],
    ["semver", "1.2", false],
    ["semver", "01.2.3", false],
    ["v*", "v1", true],
    ["v*", "av1", false],
    ["?.?", "1.2", true],
    ["?.?", "1x2", false],
    ["1.*", "1.2-a", true],
    ["*", "anything", true],
  ])("%s covers %s: %s", (pattern, tag, covered) => {
    expect(matches(pattern, tag)).toBe(covered);
  });

  test("does not take long over many stars", () => {
    expect(matches(`${"*a".repeat(31)}b`, "a".repeat(128))).toBe(false);
  });
});

describe("a tag", () => {
  test("moves when no rule says otherwise", () => {
    expect(immutableBy("geo/a", "latest", [immutable("v*")], undefined)).toBeUndefined();
  });

  test("stays by the site's rule unless its namespace names it moving", () => {
    const site = [immutable("v*")];
    expect(immutableBy("geo/a", "v1", site, { place: "geo", rules: [] })).toEqual({ pattern: "v*", place: "the site" });
    expect(immutableBy("geo/a", "v1", site, { place: "geo", rules: [moving("v1")] })).toBeUndefined();
  });

  test("stays by its repository's rule although the namespace lets it move", () => {
    const rules = [moving("*"), immutable("rel-*", "a")];
    expect(immutableBy("geo/a", "rel-1", [], { place: "geo", rules })).toEqual({ pattern: "rel-*", place: "geo/a" });
    expect(immutableBy("geo/b", "rel-1", [], { place: "geo", rules })).toBeUndefined();
  });

  test("that is named moving is an exception of a pattern at the same place", () => {
    const rules = [immutable("*"), moving("latest")];
    expect(immutableBy("geo/a", "latest", [], { place: "geo", rules })).toBeUndefined();
    expect(immutableBy("geo/a", "other", [], { place: "geo", rules })?.pattern).toBe("*");
  });
});
