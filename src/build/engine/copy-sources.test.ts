import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findMatches } from "./copy-sources.ts";

const root = mkdtempSync(join(tmpdir(), "berth-copy-sources-"));
for (const path of ["a/b/c.txt", "a/d.txt", "e.txt", "f.md", "-dash", "we[ird]"]) {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), "");
}
symlinkSync("../../../../etc/passwd", join(root, "out"));
symlinkSync("a/b", join(root, "way"));
afterAll(() => rmSync(root, { recursive: true }));

const paths = (source: string) => findMatches(root, source, () => false).map(({ path }) => path);

test.each([
  ["*.txt", ["e.txt"]],
  ["/e.txt", ["e.txt"]],
  ["../../e.txt", ["e.txt"]],
  ["./a/../f.md", ["f.md"]],
  ["a/*", ["a/b", "a/d.txt"]],
  ["**/*.txt", ["e.txt", "a/d.txt", "a/b/c.txt"]],
  ["[ef].*", ["e.txt", "f.md"]],
  ["we\\[ird\\]", ["we[ird]"]],
  ["?dash", ["-dash"]],
  ["way/c.txt", ["way/c.txt"]],
  [".", [""]],
  ["nothing*", []],
  ["a/./b/c.txt", ["b/c.txt"]],
])("%s names %j", (source, found) => {
  expect(paths(source).sort()).toEqual([...found].sort());
});

test("a link that would lead out leads to nothing", () => {
  expect(paths("out")).toEqual([]);
});

test("what is hidden is not found", () => {
  expect(findMatches(root, "*.txt", (path) => path === "e.txt")).toEqual([]);
});

test.each([
  ["@(e.txt|f.md)", ["e.txt", "f.md"]],
  ["@(e|f).@(txt|md)", ["e.txt", "f.md"]],
  ["?(-)dash", ["-dash"]],
  ["+([a-f]).*(t|x)", ["e.txt"]],
  ["!(*.txt|*.md|way|out|we*)", ["a", "-dash"]],
  ["a/!(b)", ["a/d.txt"]],
  ["@(a|nothing)/b/*.txt", ["a/b/c.txt"]],
  ["@(e.txt", []],
])("with bash's groups %s names %j", (source, found) => {
  const named = findMatches(root, source, () => false, true).map(({ path }) => path);
  expect(named.sort()).toEqual([...found].sort());
});

test("a Dockerfile has no groups", () => {
  expect(paths("@(e.txt|f.md)")).toEqual([]);
});
