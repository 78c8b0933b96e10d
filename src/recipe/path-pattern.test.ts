// Bash itself judges the groups: every pattern that fast-check makes must match what `[[ name == pattern ]]` matches.

import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { extendedPattern } from "./path-pattern.ts";

const SCRIPT =
  "shopt -s extglob; while IFS= read -r name && IFS= read -r pattern; do [[ $name == $pattern ]] && echo 1 || echo 0; done";
const hasBash = spawnSync("bash", ["-c", "true"]).status === 0;

const { pattern } = fc.letrec((tie) => ({
  pattern: fc
    .array(fc.oneof({ depthSize: "small" }, fc.constantFrom("a", "b", "?", "*", "[ab]"), tie("group")), {
      minLength: 1,
      maxLength: 3,
    })
    .map((parts) => parts.join("")),
  group: fc
    .tuple(fc.constantFrom("@", "?", "*", "+", "!"), fc.array(tie("pattern"), { minLength: 1, maxLength: 2 }))
    .map(([sign, choices]) => `${sign}(${choices.join("|")})`),
}));

test.skipIf(!hasBash)("groups match what bash matches", () => {
  const names = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 5 });
  const cases = fc.sample(fc.tuple(names, pattern as fc.Arbitrary<string>), { numRuns: 1500, seed: 42 });
  // bash loses matches where a star stands right before a group (`*!(b)`); and `**` is a word of its own for us.
  const sane = cases.filter(([, text]) => !/\*[@?*+!]\(|\*\*/.test(text));
  const input = sane.map(([name, text]) => `${name}\n${text}\n`).join("");
  const answers = spawnSync("bash", ["-c", SCRIPT], { input, encoding: "utf8" }).stdout.trim().split("\n");
  const ours = sane.map(([name, text]) => (extendedPattern(text)?.(name) ? "1" : "0"));
  const wrong = sane.map((one, index) => [...one, ours[index], answers[index]]).filter(([, , a, b]) => a !== b);
  expect(wrong).toEqual([]);
  expect(answers.filter((one) => one === "1").length).toBeGreaterThan(100);
});
