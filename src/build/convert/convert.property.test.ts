// What must hold for every recipe: the result parses, its lines are where the report says, and values, words and contents
// arrive in a real shell as they stood in the Dockerfile.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { parseFiles, resolveDefinition } from "../../recipe/definition/index.ts";
import { parseDockerfile } from "../../recipe/dockerfile/parse.ts";
import { definitionOf, dockerfileOf } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-convert-"));
afterAll(() => rmSync(folder, { recursive: true }));

// Everything that quoting and sections could trip over.
const NASTY = [
  "a",
  " ",
  "'",
  '"',
  "$",
  "\\",
  "`",
  "%",
  "\n",
  "\n%post\n",
  "{{ x }}",
  "{{{",
  "Bootstrap: x",
  "#",
  "é",
  "!",
  ";",
  "\t",
];
const nasty = fc.array(fc.constantFrom(...NASTY), { maxLength: 8 }).map((parts) => parts.join(""));

// As ENV writes a text; it cannot hold line feeds.
const quoted = (text: string) => `"${text.replace(/["\\$]/g, "\\$&")}"`;

// The body of a section as a build takes it.
function body(text: string, name: string): string {
  const { definition, problems } = resolveDefinition({ name: "x", text }, new Map());
  expect(problems).toEqual([]);
  const last = definition.stages.at(-1)?.sections.filter((section) => section.name === name) ?? [];
  return last.map((section) => section.body).join("");
}

function shell(script: string, args: readonly string[] = []): string {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", script, "sh", ...args], { encoding: "utf8", cwd: folder });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

describe("from a Dockerfile", () => {
  test("values of ENV arrive unchanged", () => {
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1, maxLength: 10 }), (texts) => {
        const values = texts.map((text) => text.replaceAll("\n", " "));
        const { text } = definitionOf(
          `FROM a\n${values.map((value, index) => `ENV V${index}=${quoted(value)}`).join("\n")}`,
        );
        const names = values.map((_, index) => `"$V${index}"`).join(" ");
        expect(shell(`${body(text, "environment")}\nprintf '%s\\n' ${names}`)).toBe(`${values.join("\n")}\n`);
      }),
      { numRuns: 40, seed: 5 },
    );
  });

  test("words of ENTRYPOINT and CMD arrive unchanged, and arguments replace CMD", () => {
    fc.assert(
      fc.property(fc.array(nasty, { maxLength: 4 }), fc.array(nasty, { minLength: 1, maxLength: 4 }), (entry, cmd) => {
        const words = ["printf", "%s\\0", ...entry];
        const { text } = definitionOf(`FROM a\nENTRYPOINT ${JSON.stringify(words)}\nCMD ${JSON.stringify(cmd)}`);
        const script = body(text, "runscript");
        expect(shell(script)).toBe([...entry, ...cmd].map((word) => `${word}\0`).join(""));
        expect(shell(script, ["x y"])).toBe([...entry, "x y"].map((word) => `${word}\0`).join(""));
      }),
      { numRuns: 40, seed: 6 },
    );
  });

  test("contents of here-documents arrive unchanged", () => {
    const lines = fc.array(
      nasty.map((text) => text.replaceAll("\n", "")),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(lines, (content) => {
        const target = join(folder, "out");
        const { text } = definitionOf(
          `FROM a\nRUN true\nCOPY <<'END' ${target}\n${content.map((line) => `${line}\n`).join("")}END\n`,
        );
        shell(body(text, "post"));
        expect(readFileSync(target, "utf8")).toBe(content.map((line) => `${line}\n`).join(""));
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  test("commands run in order, each with what is set at its place, and a failing one ends all", () => {
    const text = [
      ...["FROM a", "ENV A=1", `WORKDIR ${folder}`, "RUN echo $A; A=2; cd /; false; echo still", "ENV A=3"],
      ...["RUN echo $A; pwd", 'RUN ["printf", "%s\\\\n", "$A"]', "RUN <<E", "echo one", "echo two", "E"],
    ].join("\n");
    expect(shell(body(definitionOf(text).text, "post"))).toBe(`1\nstill\n3\n${folder}\n$A\none\ntwo\n`);
    const failing = body(definitionOf("FROM a\nRUN exit 3\nRUN echo never").text, "post");
    expect(spawnSync("sh", ["-c", failing], { encoding: "utf8" })).toMatchObject({ status: 3, stdout: "" });
  });
});

const INSTRUCTIONS = [
  "RUN make %x",
  "RUN <<EOF\n%post\nFROM b\nEOF",
  "ENV A=$B C='%'",
  "ARG X",
  "WORKDIR d",
  "COPY f /t/",
  "COPY --from=nginx:1 /a /b",
  "COPY --chown=1 f d ./",
  "USER $X",
  'CMD ["a\\nBootstrap: x"]',
  "ENTRYPOINT x",
  "LABEL a='b c' d={{e}}",
  "EXPOSE 80",
  "FROM b AS s",
  "FROM s",
  "HEALTHCHECK NONE",
  'SHELL ["bash", "-c"]',
];
const FILES = { f: "", "d/x": "", "d/l": "->x" };

describe("any Dockerfile", () => {
  test("becomes a definition that parses, whose report names every instruction and true lines, and which goes back", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...INSTRUCTIONS), { maxLength: 12 }), (lines) => {
        const source = ["FROM a AS s", ...lines].join("\n");
        const conversion = definitionOf(source, { files: FILES });
        const { definition, problems } = resolveDefinition({ name: "x", text: conversion.text }, new Map());
        expect(problems).toEqual([]);
        const files = definition.stages.flatMap(({ sections }) => sections.filter(({ name }) => name === "files"));
        for (const one of files) expect(parseFiles(definition.source.text, one).problems).toEqual([]);
        expect(conversion.rows).toHaveLength(parseDockerfile({ name: "x", text: source }).instructions.length);
        const count = conversion.text.split("\n").length;
        for (const { targets } of conversion.rows) {
          for (const { first, last } of targets) expect(first >= 1 && first <= last && last < count).toBe(true);
        }
        const back = dockerfileOf(conversion.text, { files: FILES });
        expect(parseDockerfile({ name: "x", text: back.text }).problems).toEqual([]);
      }),
      { numRuns: 300, seed: 8 },
    );
  });

  test("keeps images, variables and commands through a round trip", () => {
    const source = 'FROM a:1\nENV A="x y" PATH=/opt:$PATH\nLABEL l="m n"\nRUN make\nENTRYPOINT ["e"]\nCMD ["c"]\n';
    const back = dockerfileOf(definitionOf(source).text).text;
    for (const line of ["FROM a:1", 'ENV A="x y"', 'LABEL l="m n"', 'exec e "$@"', "make"]) {
      expect(back.split("\n")).toContain(line);
    }
    const again = definitionOf(back).text;
    for (const line of ["From: a:1", "    export A='x y'", "    l m n"]) expect(again.split("\n")).toContain(line);
    expect(again).toContain("make");
  });
});
