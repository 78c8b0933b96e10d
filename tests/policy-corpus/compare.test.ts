import { describe, expect, test } from "vitest";
import { compare, type Found, scoreOf, tableOf } from "./compare.ts";
import { readLabels } from "./labels.ts";

const recipe = (labels: string) =>
  readLabels({ name: "x.Dockerfile", text: "FROM a\nRUN b \\\n c \\\n d\nCMD e\n" }, `profile: nccs\n${labels}`);
const found = (rule: string, first?: number, last = first): Found => ({
  rule,
  lines: first === undefined || last === undefined ? undefined : [first, last],
  message: "m",
});

describe("findings against labels", () => {
  const labelled = recipe(`findings:
  - { rule: PKG003, line: 3, lines: [2, 4], why: w }
  - { rule: PRC001, line: 5, why: w }
  - { rule: DOC001, why: w }
may: [opt, { rule: LAY004, why: w }]`);

  test("a finding anywhere in the statement stands for its label", () => {
    for (const place of [found("PKG003", 2), found("PKG003", 4), found("PKG003", 1, 5), found("PKG003")])
      expect(compare(labelled, [place]).met.map(({ rule }) => rule)).toEqual(["PKG003"]);
  });

  test("a finding of another line is a miss and a false alarm", () => {
    const { missed, falseAlarms } = compare(labelled, [found("PRC001", 1), found("PKG003", 2), found("DOC001", 1)]);
    expect(missed.map(({ rule }) => rule)).toEqual(["PRC001"]);
    expect(falseAlarms.map(({ rule }) => rule)).toEqual(["PRC001"]);
  });

  test("what may be found, optional rules, and other engines' rules count neither way", () => {
    const { falseAlarms } = compare(labelled, [found("LAY004", 2), found("PKG023", 2), found("SC2086", 2)]);
    expect(falseAlarms).toEqual([]);
  });

  test("in a clean recipe optional rules count, too", () => {
    const clean = recipe("clean: true\nfindings: []\nmay: []");
    expect(compare(clean, [found("PKG023", 2), found("PKG023", 2)]).falseAlarms).toHaveLength(1);
  });

  test("recall is the share of labels met, precision the share of what was found that is right", () => {
    const one = compare(labelled, [found("PKG003", 2), found("PRC001", 5), found("USR001", 1), found("USR005", 2)]);
    expect(scoreOf([one])).toEqual({ labels: 3, recall: 2 / 3, precision: 2 / 4 });
    expect(tableOf([one]).split("\n")).toEqual([
      "missed  DOC001  x.Dockerfile:   w",
      "false   USR001  x.Dockerfile:1  m",
      "false   USR005  x.Dockerfile:2  m",
    ]);
  });

  test.each([
    ["a line behind the end", "findings: [{ rule: PKG003, line: 9, why: w }]\nmay: []"],
    ["a statement without its line", "findings: [{ rule: PKG003, line: 1, lines: [2, 4], why: w }]\nmay: []"],
    ["no reason", "findings: [{ rule: PKG003, line: 1 }]\nmay: []"],
    ["labels of a clean recipe", "clean: true\nfindings: [{ rule: PKG003, why: w }]\nmay: []"],
  ])("labels with %s are refused", (_, text) => {
    expect(() => recipe(text)).toThrow(/labels of x\.Dockerfile/);
  });
});
