import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BerthError } from "../base/errors.ts";
import { readShifterOptions } from "./options.ts";

const refusal = (args: readonly string[]): string => {
  try {
    readShifterOptions(args);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("the command line of shifter", () => {
  test("keeps the last image, all variables and all volumes", () => {
    const words = [
      "-i",
      "docker:a",
      "--image=id:b",
      "-V",
      "/a:/b",
      "--volume=/c:/d",
      "-eX=1",
      "-e",
      "Y=a=b",
      "prog",
      "-i",
    ];
    expect(readShifterOptions(words)).toMatchObject({
      image: "id:b",
      volumes: ["/a:/b", "/c:/d"],
      set: [
        ["X", "1"],
        ["Y", "a=b"],
      ],
      words: ["prog", "-i"],
    });
  });

  test("says that nothing was said of what was not mentioned", () => {
    expect(readShifterOptions([])).toMatchObject({
      image: undefined,
      volumes: undefined,
      entrypoint: undefined,
      workdir: undefined,
      modules: undefined,
      keep: undefined,
      words: [],
    });
  });

  test.each([
    ["the image's entrypoint", ["--entrypoint"], { entrypoint: true }],
    ["a program in its place, only with =", ["--entrypoint=/x", "y"], { entrypoint: "/x", words: ["y"] }],
    ["a word behind --entrypoint is the program's", ["--entrypoint", "y"], { entrypoint: true, words: ["y"] }],
    ["--entry means the same", ["--entry=/x"], { entrypoint: "/x" }],
    ["a working directory glued to its letter", ["-w/data"], { workdir: "/data" }],
    ["a word behind -w is the program", ["-w", "/data"], { workdir: true, words: ["/data"] }],
    ["a working directory behind =", ["--workdir=/data"], { workdir: "/data" }],
    ["letters in one word", ["-vnE", "x"], { verbose: true, clearEnv: true, words: ["x"] }],
    ["a letter with its value in one word of letters", ["-Emnone"], { clearEnv: true, modules: "none" }],
    ["the end of options", ["--", "--image"], { words: ["--image"] }],
    ["a single dash is a word", ["-", "x"], { words: ["-", "x"] }],
    ["shortened names", ["--vol=/a:/b", "--mod=x", "--clear"], { volumes: ["/a:/b"], modules: "x", clearEnv: true }],
    ["variables that stay behind", ["--unset-env=A,B", "--unset-env", "C"], { unset: ["A", "B", "C"] }],
    ["variables that come along", ["--keep-env=A,B"], { keep: ["A", "B"] }],
    ["no variable comes along", ["--keep-env="], { keep: [] }],
    [
      "GPUs and devices",
      ["--nv", "--device=v.com/c=0,v.com/c=1"],
      { devices: ["?nvidia.com/gpu=all", "v.com/c=0", "v.com/c=1"] },
    ],
    ["a writable image", ["--writable-tmpfs"], { writableTmpfs: true }],
    ["a call for help", ["--help", "--bogus-would-come-later".slice(0, 0)], { help: true }],
    ["the version", ["--version"], { version: true }],
  ])("takes %s", (_, words, want) => {
    expect(readShifterOptions(words)).toMatchObject(want);
  });

  test.each([
    [["--bogus"], "unknown option --bogus"],
    [["--imige=x"], "unknown option --imige; did you mean --image?"],
    [["-q"], "unknown option -q"],
    [["--image"], "the option --image needs a value"],
    [["--image="], "the option --image needs a value"],
    [["-V"], "the option -V needs a value"],
    [["--clearenv=yes"], "the option --clearenv takes no value"],
    [["--ver"], "--ver may mean --version or --verbose"],
    [["--device=gpu0"], '"gpu0" is not the name of a CDI device, such as nvidia.com/gpu=0'],
    [["--unset-env=A=1"], '"A=1" cannot be the name of a variable'],
  ])("refuses %j", (words, want) => {
    expect(refusal(words)).toBe(want);
  });

  test.each([
    ["X=", "its value is empty"],
    ["X", "it has no ="],
    ["=x", "its name is empty"],
  ])("row 69: refuses -e %s", (text, why) => {
    expect(refusal(["-e", text])).toBe(`Improperly formatted environment variable: ${text}: ${why}`);
  });

  test("refuses any words with a sentence or reads them, and leaves the rest as it is", () => {
    const word = fc.oneof(
      fc.constantFrom("-i", "-V", "-e", "--env", "--", "-E", "-w", "--entrypoint", "--workdir=/x", "A=1", "-nvE"),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        try {
          const { words: rest } = readShifterOptions(words);
          expect(words.slice(words.length - rest.length)).toEqual(rest);
        } catch (error) {
          expect(error).toBeInstanceOf(BerthError);
        }
      }),
      { numRuns: 500, seed: 5 },
    );
  });
});
