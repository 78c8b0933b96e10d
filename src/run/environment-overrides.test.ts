import { describe, expect, test } from "vitest";
import { collectOverrides, parseEnvFlag } from "./environment-overrides.ts";

describe("--env", () => {
  test.each([
    ["A=1", [["A", "1"]]],
    ["A=", [["A", ""]]],
    ["A=1,2,3", [["A", "1,2,3"]]],
    [
      "A=1,B=2",
      [
        ["A", "1"],
        ["B", "2"],
      ],
    ],
    [
      '"A=1,2",B=3',
      [
        ["A", "1,2"],
        ["B", "3"],
      ],
    ],
    [
      '"A=say ""x"", y",B=3',
      [
        ["A", 'say "x", y'],
        ["B", "3"],
      ],
    ],
    ["A=x=y", [["A", "x=y"]]],
    ["A=line\nline", [["A", "line\nline"]]],
  ])("%j holds %j", (text, pairs) => {
    expect(parseEnvFlag(text)).toEqual(pairs);
  });

  test.each(["A", "=x", "A=1,B=2,C"])("%j is refused", (text) => {
    expect(() => parseEnvFlag(text)).toThrow(/NAME=VALUE/);
  });
});

describe("precedence", () => {
  const host = { BERTHENV_X: "berth", APPTAINERENV_X: "apptainer", SINGULARITYENV_X: "singularity" };

  test("goes from --env over the files to BERTHENV_, APPTAINERENV_ and SINGULARITYENV_", () => {
    const files = [new Map([["X", "file 1"]]), new Map([["X", "file 2"]])];
    expect(collectOverrides(host, files, ["X=flag"]).values.get("X")).toBe("flag");
    expect(collectOverrides(host, files, []).values.get("X")).toBe("file 2");
    expect(collectOverrides(host, [], []).values.get("X")).toBe("berth");
    const { BERTHENV_X: _, ...older } = host;
    expect(collectOverrides(older, [], []).values.get("X")).toBe("apptainer");
    expect(collectOverrides({ SINGULARITYENV_X: "s" }, [], []).values.get("X")).toBe("s");
  });

  test("an overridden variable of a file is said", () => {
    expect(collectOverrides({}, [new Map([["E1", "a"]])], ["E1=cli"]).warnings).toEqual([
      "Ignored environment file variable E1: override from --env",
    ]);
  });

  test("differing values under two prefixes are said, equal ones are not", () => {
    expect(collectOverrides(host, [], []).warnings).toHaveLength(2);
    expect(collectOverrides({ APPTAINERENV_X: "1", SINGULARITYENV_X: "1" }, [], []).warnings).toEqual([]);
  });

  test("the oldest prefix alone brings a hint", () => {
    expect(collectOverrides({ SINGULARITYENV_X: "1" }, [], []).infos).toHaveLength(1);
  });

  test.each(["HOME", "APPTAINER_SHELL", "SINGULARITY_APPNAME", "BERTH_SHELL"])("%s cannot be overridden", (name) => {
    const { values, warnings } = collectOverrides({ [`APPTAINERENV_${name}`]: "/x" }, [], []);
    expect(values.has(name)).toBe(false);
    expect(warnings).toEqual([`Overriding ${name} environment variable is not permitted`]);
  });

  test("names that no shell can hold are dropped", () => {
    expect(collectOverrides({ "APPTAINERENV_BASH_FUNC_x%%": "() { :; }" }, [], []).values.size).toBe(0);
  });
});
