// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are words of shell code
import { describe, expect, test } from "vitest";
import {
  dockerEntry,
  isGeneratedRunscript,
  ociWords,
  type Runnable,
  runEntry,
  shellEntry,
  testEntry,
} from "./entrypoint.ts";

const E = ["/bin/echo", "entry point"];
const C = ["cmd 1", "$HOME"];
const PLAIN: Runnable = { config: {}, runscript: "none", testscript: false, startscript: false, hasBash: false };

describe("ENTRYPOINT, CMD and arguments", () => {
  test.each<[string, string[] | undefined, string[] | undefined, string[], string[]]>([
    ["entry point alone", E, undefined, [], E],
    ["entry point with arguments", E, undefined, ["x"], [...E, "x"]],
    ["command alone", undefined, C, [], C],
    ["arguments instead of the command", undefined, C, ["x", "y"], ["x", "y"]],
    ["both", E, C, [], [...E, ...C]],
    ["both with arguments", E, C, ["x"], [...E, "x"]],
    ["neither", undefined, undefined, [], []],
    ["neither with arguments", undefined, undefined, ["x"], ["x"]],
    ["empty lists", [], [], [], []],
    ["exact arguments", E, C, ["a  b", "$HOME", '"q"', "'"], [...E, "a  b", "$HOME", '"q"', "'"]],
  ])("%s", (_case, Entrypoint, Cmd, args, words) => {
    const config = { ...(Entrypoint && { Entrypoint }), ...(Cmd && { Cmd }) };
    expect(ociWords(config, args)).toEqual(words);
    expect(runEntry({ ...PLAIN, config }, args).argv).toEqual(words.length > 0 ? words : ["/bin/sh"]);
  });
});

test("an image without anything to run starts a shell and says so", () => {
  expect(runEntry(PLAIN, [])).toEqual({
    argv: ["/bin/sh"],
    notes: ["No runscript found in container, executing /bin/sh"],
  });
});

test("with --docker that is an error", () => {
  expect(() => dockerEntry({}, [], "/i.sif")).toThrow(/neither an entry point nor a command/);
});

test.each(["written", "generated"] as const)("a %s runscript gets the arguments as they are", (runscript) => {
  expect(runEntry({ ...PLAIN, runscript, config: { Cmd: C } }, ["$x"]).argv).toEqual([
    "/.singularity.d/runscript",
    "$x",
  ]);
});

test("the shell is the one asked for, else bash without its start files, else sh", () => {
  expect(shellEntry(PLAIN, "/bin/zsh").argv).toEqual(["/bin/zsh"]);
  expect(shellEntry({ ...PLAIN, hasBash: true }, undefined).argv).toEqual(["/bin/bash", "--norc"]);
  expect(shellEntry(PLAIN, undefined).argv).toEqual(["/bin/sh"]);
});

test("an image without a test script has nothing to run", () => {
  expect(testEntry(PLAIN, []).argv).toEqual([]);
  expect(testEntry({ ...PLAIN, testscript: true }, ["x"]).argv).toEqual(["/.singularity.d/test", "x"]);
});

test("the runscript that Apptainer generates is recognised", () => {
  const generated =
    '#!/bin/sh\nOCI_ENTRYPOINT=\'"a"\'\nOCI_CMD=\'\'\n    eval "set ${SINGULARITY_OCI_RUN}"\nexec "$@"\n';
  expect(isGeneratedRunscript(generated)).toBe(true);
  expect(isGeneratedRunscript('#!/bin/sh\nexec python3 "$@"\n')).toBe(false);
});
