import { expect, test } from "vitest";
import { Lines } from "./lines.ts";

function said(chunks: readonly string[], secrets: readonly string[] = []): { lines: string[]; tail: string } {
  const lines: string[] = [];
  const all = new Lines(
    (line) => lines.push(line),
    secrets.map((secret) => Buffer.from(secret)),
  );
  for (const chunk of chunks) all.add("out", chunk);
  all.end();
  return { lines, tail: all.tail() };
}

test("lines come whole, however they were cut", () => {
  expect(said(["on", "e\ntw", "o\r\nthree"]).lines).toEqual(["one", "two", "three"]);
});

test("of a progress bar the last state is shown", () => {
  expect(said(["10%\r50%\r100%\n"]).lines).toEqual(["100%"]);
});

test("two streams do not run into each other", () => {
  const lines: string[] = [];
  const both = new Lines((line) => lines.push(line), []);
  both.add("out", "a");
  both.add("err", "b\n");
  both.add("out", "c\n");
  expect(lines).toEqual(["b", "ac"]);
});

test("secrets are struck out line by line, but not words of three letters", () => {
  expect(said(["key: top-secret!\nabc\n"], ["top-secret\n", "abc"]).lines).toEqual(["key: ***!", "abc"]);
  expect(said(["one-line\nother-line\n"], ["one-line\nother-line"]).lines).toEqual(["***", "***"]);
});

test("nothing of a secret stays that holds another one", () => {
  expect(said(["token: pass-word-1\n"], ["pass", "pass-word-1"]).lines).toEqual(["token: ***"]);
});

test("a secret is struck out where a line without end is cut, too", () => {
  const secret = "s3cret-token";
  for (let at = 1; at < secret.length; at += 1) {
    const before = "x".repeat(16_385 - at);
    const { lines } = said([before + secret.slice(0, at), `${secret.slice(at)} y\n`], [secret]);
    expect(lines.join("")).toBe(`${before}*** y`);
  }
});

test("a line without end is cut, and only the last twenty are kept", () => {
  const { lines, tail } = said(["x".repeat(50_000), ...Array.from({ length: 30 }, (_, n) => `\n${n}`)]);
  expect(lines.every((line) => line.length <= 50_000)).toBe(true);
  expect(tail.split("\n").slice(1)).toEqual(Array.from({ length: 20 }, (_, n) => `  | ${n + 10}`));
});
