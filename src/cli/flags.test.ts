import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { addFlags, readFlags } from "./command-flags.ts";
import type { FlagSpec } from "./flags.ts";
import { quickParse } from "./quick-parse.ts";

const SPECS = [
  { long: "bind", short: "B", kind: "list", env: ["BIND", "BINDPATH"], help: "bind" },
  { long: "home", short: "H", kind: "text", help: "home" },
  { long: "no-home", kind: "switch", help: "no home" },
  { long: "cwd", aliases: ["pwd"], kind: "text", env: ["CWD", "PWD"], help: "start directory" },
] as const satisfies readonly FlagSpec[];

// Both ways through a command line must agree.
function values(args: string[], env: Record<string, string> = {}) {
  const full = fullValues(args, env);
  expect(quickParse(args, SPECS, env)?.values).toEqual(full);
  return full;
}

function fullValues(args: string[], env: Record<string, string>) {
  const command = addFlags(new Command().exitOverride().argument("[rest...]"), SPECS).action(() => {});
  command.parse(args, { from: "user" });
  return readFlags(command, SPECS, env);
}

describe("a table of flags", () => {
  test("gives switches false, texts nothing and lists nothing when nothing is said", () => {
    expect(values([])).toEqual({ bind: [], home: undefined, "no-home": false, cwd: undefined });
  });

  test("reads short names, long names and other names for the same flag", () => {
    expect(values(["-B", "/a", "--bind", "/b", "-H", "/h", "--no-home", "--pwd", "/w"])).toEqual({
      bind: ["/a", "/b"],
      home: "/h",
      "no-home": true,
      cwd: "/w",
    });
  });

  test("reads variables of berth before those of the peers, and the command line before all", () => {
    const env = { BERTH_HOME: "/ours", APPTAINER_HOME: "/theirs", SINGULARITY_NO_HOME: "true", APPTAINER_CWD: "/w" };
    expect(values([], env)).toMatchObject({ home: "/ours", "no-home": true, cwd: "/w" });
    expect(values(["-H", "/mine"], env)).toMatchObject({ home: "/mine" });
  });

  test("appends the variable of a list to what the command line says", () => {
    expect(values(["-B", "/a"], { APPTAINER_BINDPATH: "/c,/d" }).bind).toEqual(["/a", "/c,/d"]);
  });

  test("takes an empty variable for one that is not set", () => {
    expect(values([], { BERTH_HOME: "", APPTAINER_HOME: "/theirs" }).home).toBe("/theirs");
  });

  test("refuses a switch's variable that is neither true nor false, naming it", () => {
    expect(() => values([], { APPTAINER_NO_HOME: "notabool" })).toThrow(
      'failed to parse environment variable APPTAINER_NO_HOME: "notabool"',
    );
  });

  test("ends at the first word that is no flag, and leaves the rest as it is", () => {
    expect(quickParse(["--home=/h", "img", "cmd", "--bind", "-x"], SPECS, {})).toMatchObject({
      values: { home: "/h" },
      rest: ["img", "cmd", "--bind", "-x"],
    });
    expect(quickParse(["--", "--home"], SPECS, {})?.rest).toEqual(["--home"]);
  });

  test.each([["--nosuch"], ["--help"], ["-Bx"], ["--no-home=1"], ["--home"]])(
    "leaves %s to the full parser",
    (word) => {
      expect(quickParse([word], SPECS, {})).toBeUndefined();
    },
  );
});
