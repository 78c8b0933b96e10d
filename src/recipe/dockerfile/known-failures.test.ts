// What other parsers and linters get wrong (spec/policy.md 2.1 and 4), each by its name there.

import { describe, expect, test } from "vitest";
import { simpleCommands } from "../shell/commands.ts";
import { parseShell } from "../shell/parse.ts";
import type { Instruction, InstructionOf } from "./ast.ts";
import { expandWord } from "./expand.ts";
import { parseDockerfile } from "./parse.ts";
import { instructionScript } from "./script.ts";

function read(text: string) {
  const file = parseDockerfile({ name: "Dockerfile", text: `FROM a\n${text}` });
  expect(file.problems).toEqual([]);
  return { file, keywords: file.instructions.slice(1).map(({ keyword }) => keyword) };
}

function first(text: string): Instruction {
  const [, instruction] = read(text).file.instructions;
  if (!instruction) throw new Error(`no instruction in ${text}`);
  return instruction;
}

function run(text: string): InstructionOf<"RUN"> {
  const instruction = first(text);
  if (instruction.keyword !== "RUN") throw new Error(`no RUN in ${text}`);
  return instruction;
}

// Name and words of each command that a RUN executes.
function commands(text: string): readonly string[] {
  const source = { name: "Dockerfile", text: `FROM a\n${text}` };
  const [, instruction] = parseDockerfile(source).instructions;
  const script = instruction && instructionScript(source, instruction);
  if (!script) return [];
  const tree = parseShell(script.text, { segments: script.segments });
  expect(tree.problems).toEqual([]);
  return simpleCommands(tree).map(({ name, words }) => [name, ...words.map((word) => word.text)].join(" "));
}

describe("dockerfile-ast fails, and this parser does not, on", () => {
  test("(a) blanks behind an escaped quote in the JSON form", () => {
    expect(run('RUN ["sh","-c","echo \\"a b\\" z"]').command).toMatchObject({ words: ["sh", "-c", 'echo "a b" z'] });
  });

  test("(b) escapes of characters in the JSON form", () => {
    expect(run('RUN ["caf\\u00e9"]').command).toMatchObject({ words: ["café"] });
  });

  test("(c) a blank before the delimiter of a here-document", () => {
    expect(read("RUN cat << 'EOF' > x\nRUN y\nEOF\nUSER b\n").keywords).toEqual(["RUN", "USER"]);
  });

  test("(d) a comment with a backslash inside a continued instruction", () => {
    expect(run("RUN a && \\\n  # C:\\\\ \\\n  b <<E\nx\nE\n").heredocs).toHaveLength(1);
  });

  test("(f) operators of expansions", () => {
    const scope = { get: (name: string) => (name === "V" ? "p-a" : undefined) };
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the syntax of Dockerfiles
    expect(["${V#p}", "${V//a/b}"].map((word) => expandWord(word, scope).text)).toEqual(["-a", "p-b"]);
  });

  test("(g) comment lines inside continued arguments", () => {
    expect(run("RUN a \\\n # no\n b").command).toMatchObject({ text: "a  b" });
    expect(commands("RUN a && \\\n # no\n b")).toEqual(["a", "b"]);
  });

  test("(h) five thousand instructions", () => {
    const text = `FROM a\n${"RUN apt-get update && \\\n apt-get install -y gcc\n".repeat(5000)}`;
    parseDockerfile({ name: "Dockerfile", text });
    expect(parseDockerfile({ name: "Dockerfile", text }).instructions).toHaveLength(5001);
  });
});

describe("hadolint fails, and this parser does not, on", () => {
  test("a here-document with an interpreter (#806, #1137)", () => {
    const text = "FROM a\nRUN <<EOF\n#!/usr/bin/env python3\nimport os; print(1 < 2)\nEOF\n";
    const source = { name: "Dockerfile", text };
    const [, instruction] = parseDockerfile(source).instructions;
    expect(instruction && instructionScript(source, instruction)).toMatchObject({
      interpreter: "/usr/bin/env python3",
    });
    expect(commands("RUN python3 <<EOF\nimport os; print(1 < 2)\nEOF\n")).toEqual(["python3"]);
  });

  test("a comment just behind a here-document (#960)", () => {
    expect(read("RUN <<EOF\na\nEOF\n# c\nUSER b\n").keywords).toEqual(["RUN", "USER"]);
  });

  test("a here-document behind a continued line (#1019)", () => {
    expect(commands("RUN a && \\\n  cat <<EOF > x && \\\n  b\nRUN y\nEOF\n")).toEqual(["a", "cat", "b"]);
  });

  test("an escaped delimiter (#1051)", () => {
    expect(run("RUN cat <<\\EOF\n$x\nEOF\n").heredocs).toMatchObject([{ name: "EOF", expand: false, content: "$x\n" }]);
  });

  test("a file with a mistake, which hides all others", () => {
    const file = parseDockerfile({ name: "Dockerfile", text: "FROM a\nRUN\nFOO x\nCOPY a\nRUN b 'c\nUSER d\n" });
    expect(file.problems).toHaveLength(3);
    expect(file.instructions.map(({ keyword }) => keyword)).toEqual(["FROM", "RUN", "USER"]);
  });
});

test("checkov (#5090) and dockerlint (#71) read the content of here-documents as instructions; this parser does not", () => {
  expect(read("COPY <<EOF /x\nFROM b\nRUN c\nEOF\nRUN <<A cat - <<-B\nUSER x\nA\n\tENV y\n\tB\n").keywords).toEqual([
    ...["COPY", "RUN"],
  ]);
});

test("dockerfile-ast gets right what this parser must not lose", () => {
  const { file, keywords } = read('RUN echo $((1<<2)) <<<x "<<EOF"\nRUN <<A cat - <<B\na\nA\nb\nB\n');
  expect(keywords).toEqual(["RUN", "RUN"]);
  expect(file.instructions.map(({ heredocs }) => heredocs.length)).toEqual([0, 0, 2]);
});
