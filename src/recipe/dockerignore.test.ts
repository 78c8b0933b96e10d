import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDockerignore } from "./dockerignore.ts";

const filter = (...lines: readonly string[]) => parseDockerignore({ name: ".dockerignore", text: lines.join("\n") });

describe("a pattern", () => {
  test.each([
    ["a", ["a", "a/b", "a/b/c"], ["b", "b/a", "ab"]],
    ["/a/", ["a", "a/b"], ["b/a"]],
    ["./a//b/../c", ["a/c", "a/c/d"], ["a", "a/b"]],
    ["*.o", ["x.o", "x.o/y"], ["d/x.o", "x.oo"]],
    ["*/x", ["d/x", "d/x/y"], ["x", "d/e/x"]],
    ["**/x", ["x", "d/x", "d/e/x", "x/y"], ["xx", "d/yx"]],
    ["**x", ["x", "yx", "d/yx"], ["xy"]],
    ["**", ["a", "a/b", ".x"], []],
    ["a/**", ["a/b", "a/b/c"], ["a", "ab"]],
    ["a**", ["a", "ab", "ab/c", "a/b"], ["b"]],
    ["a/**/b", ["a/b", "a/x/b", "a/x/y/b/z"], ["a/x", "b"]],
    ["**/a/**", ["a/b", "x/a/b"], ["a", "x/a"]],
    ["**/*.o", ["x.o", "d/e/x.o"], ["x.c"]],
    ["a?c", ["abc", "aéc"], ["ac", "a/c", "abbc"]],
    ["[a-c]x", ["ax", "cx"], ["dx", "-x"]],
    ["[^a-c]x", ["dx"], ["ax"]],
    ["[\\]a]x", ["]x", "ax"], ["bx"]],
    ["\\*", ["*"], ["a"]],
    ["a.b+(c){d}|$", ["a.b+(c){d}|$"], ["axb"]],
    ["  a  ", ["a"], ["b"]],
    ["a b", ["a b"], ["a"]],
  ])("%s leaves out %j and not %j", (pattern, out, kept) => {
    const { ignored } = filter(pattern);
    expect(out.filter((path) => !ignored(path))).toEqual([]);
    expect(kept.filter((path) => ignored(path))).toEqual([]);
  });

  test.each(["[a", "a\\", "[]", "!", "a[b-", "[-]", "[x-]", "[-x]", "[a-b-c]", "[^"])(
    "%s is refused with its line",
    (pattern) => {
      expect(() => filter("# words", pattern)).toThrow(`.dockerignore line 2 is no pattern: ${pattern}`);
    },
  );
});

describe("a list", () => {
  test("has comments, empty lines, a byte order mark and carriage returns", () => {
    const { ignored } = parseDockerignore({ name: "x", text: "\uFEFFa\r\n# b\r\n\r\n c\r\n" });
    expect(["a", "b", "# b", "c", ""].map(ignored)).toEqual([true, false, false, true, false]);
  });

  test("is read from above: the last word counts", () => {
    const { ignored } = filter("*.md", "!README*.md", "README-secret.md");
    expect(["a.md", "README.md", "README-secret.md"].map(ignored)).toEqual([true, false, true]);
  });

  test("brings back parts of folders that were left out", () => {
    const { ignored } = filter("*", "!src", "src/**/*.o", "!src/keep.o");
    expect(["x", "src", "src/a/b.c", "src/a/b.o", "src/keep.o"].map(ignored)).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  test("asks no pattern that could not change the outcome of the folder, as Docker does", () => {
    expect(filter("x/y", "!x").ignored("x/y")).toBe(true);
    expect(filter("x", "!x").ignored("x/y")).toBe(false);
  });

  test("without patterns leaves nothing out", () => {
    expect(filter().ignored("a")).toBe(false);
    expect(filter().skips("a")).toBe(false);
  });
});

describe("a folder is skipped", () => {
  test("when nothing below it can come back", () => {
    const { skips } = filter("node_modules", "a", "!a/b/c", "d", "!d/*.x", "!e");
    expect(["node_modules", "a", "a/b", "a/z", "d", "e"].map(skips)).toEqual([true, false, false, true, false, false]);
  });

  test("only if every path below it is ignored", () => {
    const part = fc.constantFrom("a", "b", "*", "**", "?", "a*");
    const line = fc
      .tuple(fc.boolean(), fc.array(part, { minLength: 1, maxLength: 3 }))
      .map(([keep, parts]) => `${keep ? "!" : ""}${parts.join("/")}`);
    const path = fc.array(fc.constantFrom("a", "b", "ab"), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), path, path, (lines, folder, below) => {
        const { ignored, skips } = filter(...lines);
        if (!skips(folder.join("/"))) return;
        expect(ignored([...folder, ...below].join("/"))).toBe(true);
      }),
      { numRuns: 3_000, seed: 4 },
    );
  });
});

test("a pattern made to be slow is not", () => {
  const { ignored } = filter("**/*a*a*a*a*a*a*a*a*a*a*b", "**/**/**/**/**/**/x");
  ignored(`${"a".repeat(250)}/`.repeat(15));
});
