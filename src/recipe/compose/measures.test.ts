import { describe, expect, test } from "vitest";
import { durationMs, sizeBytes } from "./measures.ts";
import { plainScalar } from "./plain-scalar.ts";
import { splitCommand } from "./shell-words.ts";

describe("durations", () => {
  test.each([
    ["2.5s", 2500],
    ["10s", 10_000],
    ["1m30s", 90_000],
    ["2h32m", 9_120_000],
    ["5h34m56s", 20_096_000],
    ["1d", 86_400_000],
    ["250us", 0],
    ["1500us", 2],
    ["0", 0],
    [".5s", 500],
  ])("%s are %d ms", (text, ms) => expect(durationMs(text)).toBe(ms));

  test.each(["", "5", "s", "1x", "1 s", "-1s", "1m 30s", "1e3s", `${"9".repeat(80)}h`])("%j are none", (text) => {
    expect(durationMs(text)).toBeUndefined();
  });
});

describe("sizes", () => {
  test.each([
    ["2b", 2],
    ["1024", 1024],
    ["1024kb", 1_048_576],
    ["2048k", 2_097_152],
    ["300m", 314_572_800],
    ["1gb", 1_073_741_824],
    ["1.5g", 1_610_612_736],
    ["50M", 52_428_800],
    ["1 GiB", 1_073_741_824],
  ])("%s are %d bytes", (text, bytes) => expect(sizeBytes(text)).toBe(bytes));

  test.each(["", "m", "-1", "1x", "1bb", "9".repeat(30)])("%j are none", (text) =>
    expect(sizeBytes(text)).toBeUndefined(),
  );
});

describe("unquoted words", () => {
  test.each([
    ["", null],
    ["~", null],
    ["null", null],
    ["true", true],
    ["FALSE", false],
    ["yes", "yes"],
    ["12", 12],
    ["-7", -7],
    ["0440", 288],
    ["0o17", 15],
    ["0x1F", 31],
    ["08", 8],
    ["1.50", 1.5],
    ["1e3", 1000],
    [".", "."],
    ["1.2.3", "1.2.3"],
    ["22:22", "22:22"],
    ["12345678901234567890", "12345678901234567890"],
    ["2001-01-01", "2001-01-01"],
  ])("%j mean %j", (text, value) => expect(plainScalar(text)).toBe(value));
});

describe("a command of one line", () => {
  test.each([
    ["a b  c", ["a", "b", "c"]],
    ["sh -c 'a b'", ["sh", "-c", "a b"]],
    ['a "b \\" c" d', ["a", 'b " c', "d"]],
    ["a\\ b ''", ["a b", ""]],
    ["", []],
  ])("%s has its words", (line, words) => expect(splitCommand(line)).toEqual(words));

  test.each(["'a", '"a', "a\\"])("%s is not closed", (line) => expect(splitCommand(line)).toBeUndefined());
});
