import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import type { RuntimeConfig } from "../../oci/types.ts";
import { runscript } from "./runscript.ts";

function run(config: RuntimeConfig, ...args: string[]) {
  const { stdout, status } = spawnSync("dash", ["-c", runscript(config), "runscript", ...args]);
  return { words: stdout.toString().split("\0").slice(0, -1), status };
}

const ENTRYPOINT = ["printf", "%s\\0"];
const odd = ["a  b", "$HOME", '"q"', "it's", "`id`", "back\\slash", "new\nline", ""];

test.each([
  { name: "ENTRYPOINT only, no arguments", config: { Entrypoint: [...ENTRYPOINT, "x"] }, args: [], words: ["x"] },
  { name: "ENTRYPOINT only, arguments follow it", config: { Entrypoint: ENTRYPOINT }, args: odd, words: odd },
  { name: "CMD only, no arguments", config: { Cmd: [...ENTRYPOINT, ...odd] }, args: [], words: odd },
  { name: "CMD only, arguments replace it", config: { Cmd: ["false"] }, args: [...ENTRYPOINT, ...odd], words: odd },
  { name: "both, no arguments: CMD follows", config: { Entrypoint: ENTRYPOINT, Cmd: odd }, args: [], words: odd },
  { name: "both, arguments replace CMD", config: { Entrypoint: ENTRYPOINT, Cmd: ["no"] }, args: odd, words: odd },
  { name: "neither, arguments are the program", config: {}, args: [...ENTRYPOINT, "y"], words: ["y"] },
])("$name", ({ config, args, words }) => {
  expect(run(config, ...args)).toEqual({ words, status: 0 });
});

test("neither ENTRYPOINT nor CMD nor arguments ends with status 127", () => {
  expect(run({}).status).toBe(127);
});
