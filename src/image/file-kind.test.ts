import { expect, test } from "vitest";
import { guessFileKind } from "./file-kind.ts";

test("texts are told apart", () => {
  const what = (text: string) => guessFileKind(Buffer.from(text)).what;
  expect(what("\n\n  Bootstrap: docker\n")).toBe("a definition file");
  expect(what("# syntax\n\n FROM alpine\n")).toBe("a Dockerfile");
  expect(what("some words")).toBe("a text file");
});

test("thousands of empty lines are looked at in no time", () => {
  expect(guessFileKind(Buffer.alloc(65_536, "\n")).what).toBe("a text file");
});
