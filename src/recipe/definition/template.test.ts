import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDefinition } from "./parse.ts";
import { resolveDefinition } from "./resolve.ts";
import { replaceArguments } from "./template.ts";

function replace(text: string, given: Readonly<Record<string, string>> = {}) {
  return replaceArguments(parseDefinition({ name: "a.def", text }), new Map(Object.entries(given)));
}

const HEAD = "Bootstrap: docker\nFrom: {{ IMAGE }}:{{TAG}}\n";

describe("build arguments", () => {
  test("are put in, and those of the command line win over the defaults", () => {
    const { source, problems, unused } = replace(`${HEAD}%arguments\nIMAGE=debian\nTAG = 12\n`, { TAG: "13=x" });
    expect(source.text).toContain("From: debian:13=x\n");
    expect(problems).toEqual([]);
    expect(unused).toEqual([]);
  });

  test("may stand in a value, one level deep", () => {
    const { source, unused } = replace(`${HEAD}%arguments\nIMAGE=a/{{ NAME }}\nNAME={{ TAG }}\n`, { TAG: "t" });
    expect(source.text).toContain("From: a/{{ TAG }}:t\n");
    expect(unused).toEqual([]);
  });

  test("belong to the stage whose %arguments names them", () => {
    const two = "Bootstrap: docker\nFrom: {{ A }}\n%arguments\nA=1\nBootstrap: docker\nFrom: {{ A }}\n";
    expect(replace(two).problems.map(({ message }) => message)).toEqual([
      "build var A is not defined through either --build-arg (--build-arg-file) or 'arguments' section",
    ]);
  });

  test("are left alone behind a comment mark", () => {
    const { source, problems } = replace("Bootstrap: docker # {{ A }}\n%post\n # {{ B }}\n echo a#{{ C }}\n", {
      C: "1",
    });
    expect(source.text).toBe("Bootstrap: docker # {{ A }}\n%post\n # {{ B }}\n echo a#1\n");
    expect(problems).toEqual([]);
  });

  test("that are not defined are named, each at its place", () => {
    const { problems, source } = replace(HEAD);
    expect(problems.map(({ range }) => HEAD.slice(range.start, range.end))).toEqual(["{{ IMAGE }}", "{{TAG}}"]);
    expect(source.text).toBe(HEAD);
  });

  test("that nothing uses are told", () => {
    expect(replace("Bootstrap: scratch\n", { A: "1" }).unused).toEqual(["A"]);
  });
});

describe("a place in the new text", () => {
  const text = "Bootstrap: docker\nFrom: {{ A }}\n%bogus {{ B }}\n%files\n{{ A }} x\n";

  test("leads back to the file", () => {
    const { definition, problems, place } = resolveDefinition(
      { name: "a.def", text },
      new Map([
        ["A", "a-long-name:of-an-image"],
        ["B", ""],
      ]),
    );
    expect(problems.map(({ range }) => text.slice(range.start, range.end))).toEqual(["%bogus"]);
    const at = (range: { start: number; end: number }) => {
      const located = place(range);
      return text.slice(located.range.start, located.range.end);
    };
    expect(definition.stages[0]?.headers.map(({ range }) => at(range))).toEqual(["Bootstrap: docker", "From: {{ A }}"]);
    expect(definition.stages[0]?.headers.map(({ valueRange }) => at(valueRange))).toEqual(["docker", "{{ A }}"]);
    expect(definition.stages[0]?.sections.map(({ bodyRange }) => at(bodyRange))).toEqual(["", "{{ A }} x\n"]);
  });

  test("is always a part of the file", () => {
    const part = fc.constantFrom("{{ A }}", "{{ B }}", "x", "\n", " ", "{{ C }}");
    fc.assert(
      fc.property(fc.array(part), fc.nat(60), fc.nat(20), (parts, start, length) => {
        const file = parts.join("");
        const { source, place } = replace(file, { A: "", B: "12345678", C: "z" });
        const from = Math.min(start, source.text.length);
        const { range } = place({ start: from, end: Math.min(from + length, source.text.length) });
        expect(0 <= range.start && range.start <= range.end && range.end <= file.length).toBe(true);
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});
