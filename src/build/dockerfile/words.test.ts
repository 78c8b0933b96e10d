import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDuration, parseDuration } from "./durations.ts";
import { goQuoted } from "./go-quoted.ts";
import { parsePorts } from "./ports.ts";
import { isSignal } from "./signals.ts";

const runs = { seed: 3, numRuns: 500 };

describe("durations", () => {
  test("come back from how they are written", () => {
    const times = fc.oneof(
      fc.nat(),
      fc.nat(86_400).map((seconds) => seconds * 1e9),
      fc.nat(5000).map((ms) => ms * 1e6),
    );
    fc.assert(
      fc.property(times, (nanoseconds) => {
        expect(parseDuration(formatDuration(nanoseconds))).toBe(nanoseconds);
      }),
      runs,
    );
  });

  test.each([
    [90e9, "1m30s"],
    [3600e9, "1h0m0s"],
    [1.5e9, "1.5s"],
    [5e8, "500ms"],
    [0, "0s"],
    [1500, "1.5µs"],
  ])("%d ns are %s", (nanoseconds, text) => {
    expect(formatDuration(nanoseconds)).toBe(text);
  });

  test.each(["", "5", "1x", "s", "1s x", "-1s", "1.2.3s"])("%j is none", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe("ports", () => {
  test("of a range are as many as it spans", () => {
    fc.assert(
      fc.property(fc.nat(65_535), fc.nat(100), fc.constantFrom("tcp", "UDP", "sctp"), (first, more, protocol) => {
        const last = Math.min(65_535, first + more);
        const found = parsePorts(`${first}-${last}/${protocol}`);
        expect("ports" in found && found.ports).toHaveLength(last - first + 1);
        expect("ports" in found && found.ports.at(-1)).toBe(`${last}/${protocol.toLowerCase()}`);
      }),
      runs,
    );
  });

  test.each(["", "/tcp", "a", "9-8", "65536", "1/ip", "1-2-3", "0x10"])("%j is none", (text) => {
    expect(parsePorts(text)).toHaveProperty("why");
  });

  test("of the host in front are accepted, as everywhere", () => {
    expect(parsePorts("127.0.0.1:8080:80")).toEqual({ ports: ["80/tcp"] });
  });
});

test("quoted text holds no character that could end its line", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(goQuoted(text)).toMatch(/^"(?:[^"\\\n\r\x00-\x1f]|\\.)*"$/u);
    }),
    runs,
  );
  expect(goQuoted('a "b" \\ \n \x01 é \u200b')).toBe('"a \\"b\\" \\\\ \\n \\x01 é \\u200b"');
});

test.each([
  ["SIGTERM", true],
  ["term", true],
  ["9", true],
  ["RTMIN+3", true],
  ["SIGRTMAX-1", true],
  ["0", false],
  ["65", false],
  ["SIGNOPE", false],
  ["", false],
])("%s is a signal: %s", (text, answer) => {
  expect(isSignal(text)).toBe(answer);
});
