import fc from "fast-check";
import { expect, test } from "vitest";
import { parseMode } from "./modes.ts";

test.each([
  ["0644", 0o777, 0o644],
  ["4755", 0, 0o4755],
  ["u=rwx,go=rx", 0o600, 0o755],
  ["+x", 0o644, 0o755],
  ["a-w", 0o666, 0o444],
  ["go-rwx", 0o4755, 0o4700],
  ["u+s", 0o755, 0o4755],
  ["g+s,o+t", 0o755, 0o3755],
  ["g=u", 0o640, 0o660],
  ["a+X", 0o644, 0o644],
  ["a+X", 0o744, 0o755],
])("the mode %s makes %o to %o", (text, before, after) => {
  expect(parseMode(text)?.(before, false)).toBe(after);
});

test("X gives folders the right to be entered", () => {
  expect(parseMode("go=rX")?.(0o700, true)).toBe(0o755);
});

test.each(["", "9", "77777", "u~x", "rw", "u=q", "0x1"])("%j is no mode", (text) => {
  expect(parseMode(text)).toBeUndefined();
});

test("no mode ever leaves the twelve bits", () => {
  const words = fc.stringMatching(/^[ugoa]{0,2}[-+=][rwxXst]{0,3}$/);
  fc.assert(
    fc.property(words, fc.integer({ min: 0, max: 0o7777 }), (text, mode) => {
      const made = parseMode(text)?.(mode, true) ?? 0;
      expect(made & ~0o7777).toBe(0);
    }),
    { seed: 1, numRuns: 200 },
  );
});
