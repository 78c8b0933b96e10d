import { expect, test } from "vitest";
import { recipeKind } from "./recipe-kind.ts";

test.each([
  ["# a comment\n\nFROM a", "dockerfile"],
  ["# syntax=x\nARG A=1\nFROM a", "dockerfile"],
  ["from \\\n a", "dockerfile"],
  ["\uFEFFFROM registry.example:5000/a", "dockerfile"],
  ["Bootstrap: docker\nFrom: a", "definition"],
  ["# words\nbootstrap:docker", "definition"],
  ["From: a\nBootstrap: docker", "definition"],
  ["%post\n", "definition"],
  ["RUN x", undefined],
  ["hello", undefined],
  ["", undefined],
])("%j is %s", (text, kind) => {
  expect(recipeKind(text)).toBe(kind);
});
