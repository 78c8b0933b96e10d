import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Section } from "./ast.ts";
import { parseFiles } from "./files-section.ts";
import { parseLabelLines } from "./labels-section.ts";
import { parseDefinition } from "./parse.ts";
import { scriptFile, scriptOptions } from "./script.ts";

function section(text: string): { readonly text: string; readonly section: Section } {
  const whole = `Bootstrap: scratch\n${text}`;
  const found = parseDefinition({ name: "a.def", text: whole }).stages[0]?.sections[0];
  if (found === undefined) throw new Error("no section");
  return { text: whole, section: found };
}

function files(text: string) {
  const parsed = section(text);
  return parseFiles(parsed.text, parsed.section);
}

describe("lines of %files", () => {
  test.each([
    ["a", "a", undefined],
    ["a /b # why", "a", "/b"],
    [`"a b" '/c d/'`, "a b", "/c d/"],
    ["a\\ b c", "a b", "c"],
    ["*.txt '*.md'", "*.txt", "*.md"],
    ["'a*b'[12] /x", "a\\*b[12]", "/x"],
  ])("%s", (line, source, destination) => {
    const { lines, problems } = files(`%files\n  ${line}\n`);
    expect(problems).toEqual([]);
    expect(lines.map((one) => [one.source, one.destination])).toEqual([[source, destination]]);
  });

  test("may be comments or blank, and name a stage", () => {
    expect(files("%files from build # x\n\n# a\n b c\n")).toMatchObject({ from: "build", lines: [{ source: "b" }] });
    expect(files("%files\na\n").from).toBeUndefined();
  });

  test("with mistakes are named at their place", () => {
    const { problems } = files("%files\na b c\n'a\nd\n");
    expect(problems.map(({ message }) => message)).toEqual([
      "a line of %files has a source and at most one destination",
      "a quote is not closed",
    ]);
  });
});

describe("lines of %labels", () => {
  test("have a name and the rest of the line", () => {
    const text = `A b c \n# no\n"my name" "v w"\nBare\nC 'x' y\n`;
    const { labels, problems } = parseLabelLines(text, { start: 0, end: text.length });
    expect(problems).toEqual([]);
    expect(labels.map(({ name, value }) => [name, value])).toEqual([
      ["A", "b c"],
      ["my name", "v w"],
      ["Bare", ""],
      ["C", "'x' y"],
    ]);
  });
});

describe("the script of a section", () => {
  test.each([
    ["%post", undefined, []],
    ["%post -e", undefined, ["-e"]],
    ["%post -c /bin/bash -l", ["/bin/bash", "-l"], []],
    ["%post -o pipefail", undefined, ["-o", "pipefail"]],
    ["%post -c", undefined, []],
  ])("%s", (line, interpreter, options) => {
    expect(scriptOptions(section(`${line}\n`).section)).toEqual({ interpreter, options });
  });

  test.each([
    ["%runscript\n  echo\n", "#!/bin/sh\n\n  echo\n"],
    ["%runscript\n#!/bin/bash\necho\n", "#!/bin/bash\n\necho\n"],
    ["%runscript -x\n#!/bin/bash\necho\n", "#!/bin/bash -x\n\necho\n"],
    ["%test -c /bin/bash -e\r\necho\r\n", "#!/bin/bash -e\n\necho\n"],
    ["%runscript\n", "#!/bin/sh\n\n"],
  ])("%j becomes a file", (text, file) => {
    expect(scriptFile(section(text).section)).toBe(file);
  });
});

test("whatever stands in a section, its lines are read without a fault", () => {
  const part = fc.constantFrom("'", '"', "\\", "#", " ", "\n", "\r", "a", "*", "=", "-c", "\0", "é");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      const parsed = section(`%files ${parts.join("")}\n`);
      const { lines } = parseFiles(parsed.text, parsed.section);
      for (const { range } of lines) expect(range.end).toBeLessThanOrEqual(parsed.text.length);
      parseLabelLines(parsed.text, parsed.section.bodyRange);
      expect(scriptFile(parsed.section)).toContain("#!");
    }),
    { numRuns: 300, seed: 2 },
  );
});
