// Rows 66, 67 and 72 of spec/shifter.md 10.4.

import { describe, expect, test } from "vitest";
import type { ShifterRequest } from "./types.ts";
import { programWords } from "./words.ts";
import { startDirectory } from "./workdir.ts";

const IMAGE = { entrypoint: ["/entry", "e"], cmd: ["c1", "c2"] };
const argv = (entrypoint: ShifterRequest["entrypoint"], words: string[], image = IMAGE) =>
  programWords({ entrypoint, words }, image);

describe("row 66: what is executed", () => {
  test.each<[string, ShifterRequest["entrypoint"], string[], string[]]>([
    ["no command", { kind: "none" }, [], ["/bin/sh"]],
    ["a command", { kind: "none" }, ["cmd", "x"], ["cmd", "x"]],
    ["the entrypoint", { kind: "image" }, [], ["/entry", "e", "c1", "c2"]],
    ["the entrypoint with arguments", { kind: "image" }, ["x"], ["/entry", "e", "x"]],
    ["another entrypoint", { kind: "given", program: "/other" }, [], ["/other"]],
    ["one word with a blank", { kind: "given", program: "/a b" }, [], ["/a b"]],
    ["another entrypoint with arguments", { kind: "given", program: "/other" }, ["x"], ["/other", "x"]],
  ])("%s", (_, entrypoint, words, want) => {
    expect(argv(entrypoint, words)).toEqual(want);
  });

  test("row 67: the entrypoint of an image that has none", () => {
    expect(() => argv({ kind: "image" }, ["x"], { entrypoint: [], cmd: ["c"] })).toThrow(
      "Image does not have a defined entrypoint",
    );
  });
});

describe("row 72: where it starts", () => {
  const start = (wish: ShifterRequest["workdir"], workdir?: string) => startDirectory(wish, { workdir }, "/here").chdir;

  test("is where the caller is, unless another place is wanted", () => {
    expect(start({ kind: "caller" }, "/img")).toEqual(["/here", "/"]);
    expect(start({ kind: "image" }, "/img")).toEqual(["/img", "/"]);
    expect(start({ kind: "given", path: "/x" }, "/img")).toEqual(["/x", "/"]);
    expect(start({ kind: "given", path: "x" })).toEqual(["/x", "/"]);
    expect(() => start({ kind: "image" })).toThrow("Image does not have a defined working directory");
  });

  test("says so when it cannot be entered", () => {
    const { otherwise } = startDirectory({ kind: "given", path: "/no" }, { workdir: undefined }, "/");
    expect(otherwise).toBe("Failed to switch to working dir: /no, staying in /");
  });
});
