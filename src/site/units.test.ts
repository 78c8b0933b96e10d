import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DURATION_PATTERN, formatDuration, parseDatabase, parseDuration, parseListen } from "./units.ts";

describe("a duration", () => {
  test.each([
    ["5m", 300_000],
    ["90d", 7_776_000_000],
    ["0:00:01:30", 90_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    [300, 300_000],
    ["5", undefined],
    ["-5m", undefined],
    ["1:2:3", undefined],
    [-1, undefined],
  ])("%j is %j ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
    if (typeof text === "string") expect(new RegExp(DURATION_PATTERN).test(text)).toBe(ms !== undefined);
  });

  test("is read again as it was written", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e12 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
      { seed: 4 },
    );
  });
});

describe("an address to listen at", () => {
  test.each([
    ["0.0.0.0:5000", { kind: "tcp", host: "0.0.0.0", port: 5000 }],
    [":5000", { kind: "tcp", host: "0.0.0.0", port: 5000 }],
    ["5000", { kind: "tcp", host: "0.0.0.0", port: 5000 }],
    ["[::]:0", { kind: "tcp", host: "::", port: 0 }],
    ["localhost:80", { kind: "tcp", host: "localhost", port: 80 }],
    ["unix:/run/x", { kind: "unix", path: "/run/x" }],
    ["unix:x", undefined],
    ["host", undefined],
    ["a:70000", undefined],
    ["::1:80", undefined],
  ])("%j is %j", (text, address) => {
    expect(parseListen(text)).toEqual(address);
  });
});

describe("a database", () => {
  test.each([
    ["/x/y.db", { kind: "sqlite", path: "/x/y.db" }],
    ["y.db", { kind: "sqlite", path: "y.db" }],
    ["sqlite:///x/y.db", { kind: "sqlite", path: "/x/y.db" }],
    ["file:/x/y.db", { kind: "sqlite", path: "/x/y.db" }],
    ["postgresql://h/d", { kind: "postgres", url: "postgresql://h/d", passwordFile: undefined }],
    ["mysql://h/d", undefined],
  ])("%j is %j", (text, database) => {
    expect(parseDatabase(text, undefined)).toEqual(database);
  });
});
