import { expect, test } from "vitest";
import { canonicalPath, canonicalTarget } from "./path.ts";

const limits = { maxDepth: 4 };

test.each([
  ["a/b", "a/b"],
  ["./a//b/./c/", "a/b/c"],
  ["./", ""],
  [".", ""],
  ["", ""],
  ["..a/b..", "..a/b.."],
  [".hidden", ".hidden"],
  ["a\\..\\b", "a\\..\\b"],
])("%j is the path %j", (name, path) => {
  expect(canonicalPath(name, limits)).toEqual({ path });
});

test.each([["/a"], ["../a"], ["a/.."], ["a/../b"], ["./.."], ["a\0b"], ["a/b/c/d/e"], ["n".repeat(256)]])(
  "%j is refused",
  (name) => {
    expect(canonicalPath(name, limits)).toHaveProperty("bad");
  },
);

test("the target of a hard link may begin with the slash of the image's root, but not lead out of it", () => {
  expect(canonicalTarget("/usr/bin/x", limits)).toEqual({ path: "usr/bin/x" });
  expect(canonicalTarget("/../x", limits)).toHaveProperty("bad");
});
