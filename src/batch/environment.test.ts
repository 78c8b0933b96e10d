// Rows 62-65 and 68 of spec/shifter.md 10.4, by steps carried out as the launcher does.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EnvStep } from "../run/launch-plan.ts";
import { environmentSteps } from "./environment.ts";
import { launchOf, moduleOf } from "./testing.ts";

function carryOut(steps: readonly EnvStep[]): Record<string, string> {
  const found = new Map<string, string>();
  for (const step of steps) {
    if (step.op === "file") continue;
    const old = found.get(step.name);
    if (step.op === "unset") found.delete(step.name);
    else if (step.op === "set" || old === undefined) found.set(step.name, step.value);
    else found.set(step.name, step.op === "append" ? `${old}:${step.value}` : `${step.value}:${old}`);
  }
  return Object.fromEntries(found);
}

const changes = { set: [], append: [], prepend: [], unset: [] };
const OWN = { SHIFTER_IMAGEREQUEST: "docker:tool:1", SHIFTER_IMAGE: "a".repeat(64) };

describe("the environment", () => {
  test("row 62: of caller, image and site", () => {
    const environment = {
      set: [
        ["SHIFTER_RUNTIME", "1"],
        ["NEW_VAR", "x"],
      ] as const,
      append: [["PATH", "/opt/udiImage/bin"]] as const,
      prepend: [["PATH", "/sbin"]] as const,
      unset: ["NEW_VAR", "NEVER_SET"],
    };
    const launch = launchOf({ image: { env: ["PATH=/usr/bin"] }, config: { environment } });
    expect(carryOut(environmentSteps(launch, { PATH: "/incorrect" }))).toEqual({
      ...OWN,
      PATH: "/sbin:/usr/bin:/opt/udiImage/bin",
      SHIFTER_RUNTIME: "1",
    });
  });

  test.each([
    ["append", "4:5:3"],
    ["prepend", "3:4:5"],
  ])("row 63: %s joins with a colon", (op, want) => {
    const environment = { ...changes, [op]: [["LIST", "3"]] };
    expect(carryOut(environmentSteps(launchOf({ config: { environment } }), { LIST: "4:5" }))["LIST"]).toBe(want);
  });

  test("row 64: names are exact", () => {
    const environment = { ...changes, append: [["PATH", "/x"]] as const, unset: ["ABCDE"] };
    const caller = { PATH_2: "a", ABCDEFG: "b", ABCDE: "c" };
    expect(carryOut(environmentSteps(launchOf({ config: { environment } }), caller))).toEqual({
      ...OWN,
      PATH_2: "a",
      ABCDEFG: "b",
      PATH: "/x",
    });
  });

  test("row 65: a variable that is there is taken away", () => {
    const environment = { ...changes, unset: ["GONE"] };
    expect(carryOut(environmentSteps(launchOf({ config: { environment } }), { GONE: "1", STAYS: "2" }))).toEqual({
      ...OWN,
      STAYS: "2",
    });
  });

  test("row 68: -E empties it, -e wins over the image", () => {
    const launch = launchOf({
      request: { clearEnv: true, set: [["IMGVAR", "cli"]] },
      image: { env: ["IMGVAR=image"] },
    });
    expect(carryOut(environmentSteps(launch, { HOME: "/h" }))).toEqual({ ...OWN, IMGVAR: "cli" });
  });

  test("comes in Shifter's order", () => {
    const set = (value: string) => ({ ...changes, set: [["WHO", value]] as const });
    const launch = launchOf({
      request: { set: [["WHO", "option"]], envFiles: ["/f"] },
      image: { env: ["WHO=image"] },
      config: { environment: set("site") },
      modules: [moduleOf("one", { environment: set("one") }), moduleOf("two", { environment: set("two") })],
    });
    const steps = environmentSteps(launch, { WHO: "caller" }, new Map([["WHO", "device"]]));
    const values = steps.map((step) => (step.op === "file" ? step.path : step.op === "set" ? step.value : ""));
    const mine = ["caller", "device", "image", "/f", "option", "one", "two", "site"];
    expect(values.filter((value) => mine.includes(value))).toEqual([
      ...["caller", "image", "device", "/f", "option", "one", "two", "site"],
    ]);
  });

  test("leaves out what the dynamic linker strips, and empty values of image, modules and site", () => {
    const caller = {
      LD_PRELOAD: "/evil.so",
      LD_LIBRARY_PATH: "/lib",
      TMPDIR: "/local",
      GCONV_PATH: "/g",
      EMPTY: "",
      LDFLAGS: "x",
    };
    const launch = launchOf({
      image: { env: ["NONE=", "=x", "plain"] },
      config: { environment: { ...changes, set: [["ALSO", ""]] } },
    });
    expect(carryOut(environmentSteps(launch, caller))).toEqual({ ...OWN, EMPTY: "", LDFLAGS: "x" });
  });

  test("leaves behind what is unset, and keeps only what is to be kept", () => {
    const caller = { A: "1", B: "2", C: "3" };
    const names = (request: { unset?: string[]; keep?: string[] }) =>
      Object.keys(carryOut(environmentSteps(launchOf({ request }), caller))).filter((name) => name.length === 1);
    expect(names({ unset: ["A", "Z"] })).toEqual(["B", "C"]);
    expect(names({ keep: ["A", "B"], unset: ["A"] })).toEqual(["B"]);
    expect(names({ keep: [] })).toEqual([]);
  });

  test("never lets the caller say which image it is", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string()), (caller) => {
        const made = carryOut(environmentSteps(launchOf(), { ...caller, SHIFTER_IMAGE: "forged" }));
        expect(made["SHIFTER_IMAGE"]).toBe(OWN.SHIFTER_IMAGE);
      }),
      { numRuns: 100, seed: 5 },
    );
  });
});
