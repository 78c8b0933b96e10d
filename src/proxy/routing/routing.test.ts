import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileRoutes, isWithin } from "./compile.ts";
import { matchAny } from "./glob.ts";
import { pathForRoutes, withoutPrefix } from "./match-path.ts";
import { RateBucket } from "./rate.ts";
import { UseCounter } from "./use.ts";

describe("a path", () => {
  test.each([
    ["/a/b", "/a/b"],
    ["//a///b/", "/a/b/"],
    ["/%61dmin", "/admin"],
    ["/admin;x=1/y", "/admin/y"],
    ["/a%2Fb", "/a/b"],
    ["/a/..", undefined],
    ["/a/./b", undefined],
    ["/a/%2E%2e/b", undefined],
    ["/a/..;/b", undefined],
    ["/a\\..\\b", undefined],
    ["/a/%252e%252e/b", undefined],
    ["/a%zz", undefined],
    ["/admin%00/x", undefined],
    ["/.well-known/x", "/.well-known/x"],
    ["/a..b/...", "/a..b/..."],
  ])("%s is %s for routes", (path, plain) => {
    expect(pathForRoutes(path)).toBe(plain);
  });

  test("for routes is stable, and never climbs", () => {
    const part = fc.constantFrom("/", ".", "..", "a", "%2e", "%2f", "%5c", "\\", ";", "%25", "x y", "%61");
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const plain = pathForRoutes(`/${parts.join("")}`);
        if (plain === undefined) return;
        expect(plain.split("/")).not.toContain("..");
        if (!plain.includes("%")) expect(pathForRoutes(plain)).toBe(plain);
      }),
      { numRuns: 1000, seed: 3 },
    );
  });

  test("loses a route's beginning only where it is written so", () => {
    expect(withoutPrefix("/api/v1?x=/api", "/api")).toBe("/v1?x=/api");
    expect(withoutPrefix("/api", "/api")).toBe("/");
    expect(withoutPrefix("/api?x", "/api/")).toBe("/?x");
    expect(withoutPrefix("/apis", "/api")).toBeUndefined();
    expect(withoutPrefix("/%61pi/x", "/api")).toBeUndefined();
  });
});

test("the more exact host wins, then the longer path", () => {
  const routes = [
    { host: "*", path: "/", id: 1 },
    { host: "*.example.org", path: "/", id: 2 },
    { host: "a.example.org", path: "/x", id: 3 },
    { host: "A.example.org", path: "/x/y", id: 4 },
  ];
  const { find, knows } = compileRoutes(routes);
  const id = (host: string, path: string) => find(host, path)?.id;
  expect([id("a.example.org", "/x/y/z"), id("a.example.org", "/x/z"), id("a.example.org", "/"), id("b", "/")]).toEqual([
    4, 3, 2, 1,
  ]);
  expect(knows("anything")).toBe(true);
  expect([isWithin("/a", "/a/"), isWithin("/a/b", "/a"), isWithin("/ab", "/a")]).toEqual([false, true, false]);
});

describe("globs", () => {
  test("match whole texts, in no time whatever they are", () => {
    const matches = matchAny(["*bot*", "Uptime?Kuma*"], true);
    expect(["GoogleBot/2", "uptime-kuma/1", "Mozilla", "bo"].map(matches)).toEqual([true, true, false, false]);
    expect(matchAny(["/health*"], false)("/Health")).toBe(false);
    const hostile = matchAny([`${"*a".repeat(50)}b`], false);
    expect(hostile("a".repeat(16_000))).toBe(false);
  });
});

test("a bucket gives so many a second, and as many at once", () => {
  const bucket = new RateBucket(10, 0);
  const taken = (now: number) =>
    Array.from({ length: 30 }, () => bucket.take(now)).filter((wait) => wait === undefined).length;
  expect([taken(0), taken(500), taken(600), taken(100), taken(10_000)]).toEqual([10, 5, 1, 0, 10]);
  expect(new RateBucket(0.1, 0).take(0)).toBeUndefined();
});

describe("use", () => {
  test("is reported with what is open, and nothing when nothing was", () => {
    const counter = new UseCounter();
    expect(counter.report("r", 1_000, undefined)).toBeUndefined();
    const use = counter.begin(5_000);
    expect(counter.report("r", 9_000, undefined)).toMatchObject({ requests: 1, open: 1, lastUse: 9 });
    expect(counter.report("r", 19_000, undefined)).toMatchObject({ requests: 0, open: 1, lastUse: 19 });
    expect(counter.report("r", 29_000, 5_000)).toMatchObject({ open: 0, lastUse: 19 });
    counter.end(use, 30_000, 5_000);
    expect(counter.report("r", 31_000, 5_000)).toBeUndefined();
  });
});
