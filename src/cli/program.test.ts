import { beforeEach, expect, test, vi } from "vitest";
import { processContext } from "./context.ts";
import { runProgram } from "./program.ts";

let said = "";
beforeEach(() => {
  said = "";
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += text;
    return true;
  });
  return () => spy.mockRestore();
});

test.each([
  ["pull", ["pull"], "usage: berth pull [options] [FILE] SOURCE"],
  ["too many words", ["pull", "a", "b", "c"], "usage: berth pull [options] [FILE] SOURCE"],
  ["a command of a group", ["image", "cp"], "usage: berth image cp [options] <image> <path...>"],
  ["no command of a group", ["image", "lss"], "(Did you mean ls?)\n       usage: berth image [options] [command]"],
  ["an unknown flag", ["run", "--bogus", "x"], "usage: berth run [flags] IMAGE [ARGS…]"],
  ["an unknown command", ["bogus"], "berth --help lists the commands"],
])("wrong usage is answered with the right one: %s", async (_, args, hint) => {
  expect(await runProgram(args, processContext({ level: "normal", color: false }))).not.toBe(0);
  expect(said).toMatch(/^error: /);
  expect(said).toContain(hint);
});
