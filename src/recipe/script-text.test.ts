import { describe, expect, test } from "vitest";
import type { SourceText } from "../base/source.ts";
import { parseDefinition } from "./definition/parse.ts";
import { sectionScript } from "./definition/script.ts";
import type { Instruction } from "./dockerfile/ast.ts";
import { parseDockerfile } from "./dockerfile/parse.ts";
import { instructionScript } from "./dockerfile/script.ts";
import { placeIn, type ScriptText } from "./script-text.ts";
import { argvTree } from "./shell/argv.ts";
import { simpleCommands } from "./shell/commands.ts";

// What stands in the source where the script has `part`.
function sourceOf(source: string, script: ScriptText | undefined, part: string): string | undefined {
  const at = script?.text.indexOf(part) ?? -1;
  if (!script || at < 0) return undefined;
  const { start, end } = placeIn(script.segments, at, at + part.length);
  return source.slice(start, end);
}

function scriptOf(text: string): {
  readonly script: ReturnType<typeof instructionScript>;
  readonly source: SourceText;
} {
  const source = { name: "Dockerfile", text };
  const instruction: Instruction | undefined = parseDockerfile(source).instructions.at(-1);
  return { script: instruction && instructionScript(source, instruction), source };
}

describe("the script of an instruction", () => {
  const joined = "FROM a\nRUN --network=none  apt-get update \\\n  # no\n\n && apt-get \\\r\n install -y gcc \n";

  test("is its command with the continuation lines joined", () => {
    expect(scriptOf(joined).script?.text).toBe("apt-get update  && apt-get  install -y gcc");
  });

  test.each(["apt-get update", "&&", "install", "gcc"])("knows where %j stands", (part) => {
    expect(sourceOf(joined, scriptOf(joined).script, part)).toBe(part);
  });

  test("covers the line ends when a part goes over them", () => {
    expect(sourceOf(joined, scriptOf(joined).script, "update  && apt-get")).toBe("update \\\n  # no\n\n && apt-get");
  });

  test("is the content of a here-document that stands alone, and says which program reads it", () => {
    const text = "FROM a\nRUN <<-'EOF'\n\t#!/usr/bin/env python3\n\t\tprint(1)\n\tEOF\nUSER b\nRUN <<E\nx\nE\n";
    const source = { name: "Dockerfile", text };
    const [, run, , second] = parseDockerfile(source).instructions;
    const script = run && instructionScript(source, run);
    expect(script).toMatchObject({
      from: "heredoc",
      interpreter: "/usr/bin/env python3",
      text: "#!/usr/bin/env python3\nprint(1)\n",
    });
    expect(sourceOf(text, script, "print(1)")).toBe("print(1)");
    expect(sourceOf(text, script, "python3\nprint")).toBe("python3\n\t\tprint");
    expect(second && instructionScript(source, second)).toMatchObject({ from: "heredoc", interpreter: undefined });
  });

  test("is the command with its here-documents below when it has more than one marker", () => {
    const { script, source } = scriptOf("FROM a\nRUN cat <<A - <<B \\\n > f\n1\nA\n2\nB\n");
    expect(script?.text).toBe("cat <<A - <<B  > f\n1\nA\n2\nB");
    expect(sourceOf(source.text, script, "2\nB")).toBe("2\nB");
  });

  test("is that of the trigger behind ONBUILD, and nothing for the JSON form", () => {
    const { source } = scriptOf('FROM a\nONBUILD RUN x \\\n y\nCMD ["a"]');
    const [, onbuild, cmd] = parseDockerfile(source).instructions;
    const trigger = onbuild?.keyword === "ONBUILD" ? onbuild.trigger : undefined;
    expect(trigger && instructionScript(source, trigger)).toMatchObject({ text: "x  y" });
    expect(cmd && instructionScript(source, cmd)).toBeUndefined();
  });
});

describe("the script of a section", () => {
  test("has Unix line ends, and the way back", () => {
    const text = "Bootstrap: docker\r\nFrom: a\r\n%post\r\n  x\r\n  y\r\n";
    const section = parseDefinition({ name: "a.def", text }).stages[0]?.sections[0];
    const script = section && sectionScript(section);
    expect(script?.text).toBe("  x\n  y\n");
    expect(sourceOf(text, script, "y\n")).toBe("y\r\n");
    expect(sourceOf(text, script, "y")).toBe("y");
  });
});

describe("the JSON form", () => {
  const text = 'FROM a\nCMD ["sh", "-c", \\\n "cd \\"x\\u00e9\\" && \\\n exec a"]';
  const [, cmd] = parseDockerfile({ name: "Dockerfile", text }).instructions;
  const command = cmd?.keyword === "CMD" && cmd.command.form === "exec" ? cmd.command : undefined;

  test("knows where its words stand", () => {
    expect(command?.items.map(({ range }) => text.slice(range.start, range.end))).toEqual([
      ...['"sh"', '"-c"', '"cd \\"x\\u00e9\\" && \\\n exec a"'],
    ]);
    const script = command?.items[2];
    expect(script?.text).toBe('cd "xé" &&  exec a');
    expect(sourceOf(text, script, "exec")).toBe("exec");
    expect(sourceOf(text, script, '"xé" &&')).toBe('\\"x\\u00e9\\" &&');
  });

  test("is the commands that it executes, each with its place", () => {
    const tree = argvTree(command?.items ?? [], command?.range ?? { start: 0, end: 0 });
    const found = simpleCommands(tree).map(({ name, words, wrappers }) => [
      name,
      ...words.map(({ range }) => text.slice(range.start, range.end)),
      ...wrappers.map((wrapper) => wrapper.name),
    ]);
    expect(found).toEqual([
      ["cd", '\\"x\\u00e9\\', "sh"],
      ["a", "sh", "exec"],
    ]);
  });
});
