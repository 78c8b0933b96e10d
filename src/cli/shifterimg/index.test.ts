import { expect, test } from "vitest";
import { processContext } from "../context.ts";
import { newProgram } from "../program.ts";
import { readVerbosity } from "../verbosity.ts";
import { usage } from "./arguments.ts";
import { shifterimgCommand } from "./index.ts";

/** What the parser of berth's commands writes for these words. */
async function writtenFor(...words: readonly string[]): Promise<string> {
  let written = "";
  const program = newProgram().configureOutput({
    writeOut: (text) => {
      written += text;
    },
  });
  const command = shifterimgCommand(processContext(readVerbosity([]).verbosity));
  program.addCommand(command.copyInheritedSettings(program).exitOverride());
  await program.parseAsync(words, { from: "user" }).catch(() => undefined);
  return written;
}

test("the help that berth has for shifterimg is shifterimg's own", async () => {
  expect(await writtenFor("help", "shifterimg")).toBe(usage());
});

test("its help names every mode and no other help", () => {
  expect(usage()).toMatch(/^ {2}pullnb TYPE:TAG/m);
  expect(usage()).not.toContain("berth shifterimg --help");
});
