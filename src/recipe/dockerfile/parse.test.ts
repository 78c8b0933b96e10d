import { describe, expect, test } from "vitest";
import { positionOf } from "../../base/source.ts";
import type { Instruction, InstructionOf, Keyword } from "./ast.ts";
import { parseDockerfile } from "./parse.ts";

const parse = (text: string) => parseDockerfile({ name: "Dockerfile", text });

// The instructions of a stage; the FROM is added.
function stage(text: string): readonly Instruction[] {
  const file = parse(`FROM a\n${text}`);
  expect(file.problems).toEqual([]);
  return file.instructions.slice(1);
}

function only<K extends Keyword>(keyword: K, text: string): InstructionOf<K> {
  const [instruction, ...more] = stage(text);
  expect(more).toEqual([]);
  if (instruction?.keyword !== keyword) throw new Error(`${instruction?.keyword} is not ${keyword}`);
  return instruction as InstructionOf<K>;
}

function problems(text: string): readonly string[] {
  return parse(text).problems.map(({ range, message, hint }) => {
    const { line, column } = positionOf(text, range.start);
    return `${line}:${column} ${message}${hint === undefined ? "" : ` (${hint})`}`;
  });
}

describe("the head", () => {
  test("has directives behind a byte order mark, with carriage returns", () => {
    const text = "\uFEFF# syntax = docker/dockerfile:1\r\n#Escape=`\r\nFROM a\r\nRUN x `\r\n y\r\n";
    const file = parse(text);
    expect(file.problems).toEqual([]);
    expect(file.directives.map(({ name, value }) => [name, value])).toEqual([
      ["syntax", "docker/dockerfile:1"],
      ["escape", "`"],
    ]);
    expect(file.escape).toBe("`");
    expect(file.instructions[1]).toMatchObject({ keyword: "RUN", command: { form: "shell", text: "x  y" } });
  });

  test("ends at a comment, an empty line, or an unknown directive", () => {
    for (const before of ["# words\n", "\n", "# other=1\n"]) {
      expect(parse(`${before}# escape=\`\nFROM a\n`).escape).toBe("\\");
    }
  });

  test("names a directive that stands there twice or cannot be", () => {
    expect(problems("# escape=`\n# escape=`\nFROM a\n")).toEqual([
      "2:1 the directive escape stands here twice (remove one of the two lines)",
    ]);
    expect(problems("# escape=x\nFROM a\n")).toEqual(["1:1 x cannot be the escape character (use \\ or `)"]);
  });
});

describe("continued lines", () => {
  test("are joined without the comments and empty lines between them", () => {
    const run = only("RUN", "RUN a && \\\n# a comment \\\n\n   # another\n   b \\ \t\n  c");
    expect(run.command).toMatchObject({ form: "shell", text: "a &&    b   c" });
  });

  test("end at a doubled escape character", () => {
    expect(stage("RUN a \\\\\nRUN b").map(({ line }) => line)).toEqual(["RUN a \\\\", "RUN b"]);
  });

  test("may end with the file", () => {
    expect(only("RUN", "RUN a \\").command).toMatchObject({ text: "a" });
  });

  test("keep the places of words", () => {
    const text = "FROM a\nCOPY one \\\n# no\n  two \\\n  /there/";
    const copy = parse(text).instructions[1];
    if (copy?.keyword !== "COPY") throw new Error("no COPY");
    expect(text.slice(copy.destination.range.start, copy.destination.range.end)).toBe("/there/");
    expect(text.slice(copy.range.start, copy.range.end)).toBe(text.slice(7));
  });
});

describe("here-documents", () => {
  test("are read in every form", () => {
    const forms = ["<<EOF", "<<'EOF'", '<<"EOF"', "<<E\\OF", "<<-EOF", "<< EOF", "<< 'EOF'", "3<<EOF", "<<EOF>x"];
    for (const form of forms) {
      const run = only("RUN", `RUN cat ${form}\n\tline\nEOF\n`);
      const [heredoc] = run.heredocs;
      expect(heredoc).toMatchObject({
        name: "EOF",
        expand: !/['"\\]/.test(form),
        stripTabs: form.includes("-"),
        content: form.includes("-") ? "line\n" : "\tline\n",
      });
    }
  });

  test("may be several, also behind a continued line", () => {
    const run = only("RUN", "RUN cat \\\n <<A && cat <<B\na\nA\nb\n B\nB");
    expect(run.heredocs.map(({ name, content }) => [name, content])).toEqual([
      ["A", "a\n"],
      ["B", "b\n B\n"],
    ]);
  });

  test("hold lines that look like instructions, comments and continuations", () => {
    const run = only("RUN", "RUN <<EOF\nFROM x\n# y\nz \\\nEOF");
    expect(run.heredocs[0]?.content).toBe("FROM x\n# y\nz \\\n");
  });

  test("are sources of COPY and ADD", () => {
    const copy = only("COPY", "COPY --chmod=644 a <<one << 'two' /x/\n1\none\n2\ntwo\n");
    expect(copy.sources).toMatchObject([
      { text: "a" },
      { heredoc: { name: "one", content: "1\n", expand: true } },
      { heredoc: { name: "two", content: "2\n", expand: false } },
    ]);
    expect(copy.destination.text).toBe("/x/");
  });

  test("end with their delimiter behind tabs when the dash stands there", () => {
    expect(only("RUN", "RUN <<-EOF\n\ta\n\t\tEOF\n").heredocs[0]?.content).toBe("a\n");
  });

  test("belong to the trigger of ONBUILD, too", () => {
    const onbuild = only("ONBUILD", "ONBUILD RUN <<EOF\na\nEOF");
    expect(onbuild.trigger.heredocs).toMatchObject([{ content: "a\n" }]);
    expect(onbuild.heredocs).toEqual(onbuild.trigger.heredocs);
  });

  test("are not begun by other things", () => {
    const lines = [
      "RUN cat <<<EOF",
      "RUN echo '<<EOF'",
      'RUN echo "a <<EOF"',
      "RUN echo $((1<<2)) $(( 1 << 2 ))",
      "RUN echo \\<<EOF",
      'RUN ["cat", "<<EOF"]',
      "ENV A=<<EOF",
      "CMD cat <<EOF",
      "RUN test 1 << 2",
      "RUN a<<EOF",
    ];
    expect(stage(lines.join("\n")).map(({ line }) => line)).toEqual(lines);
  });

  test("without an end are a mistake", () => {
    expect(problems("FROM a\nRUN cat <<EOF\nx\n")).toEqual([
      "2:9 the line EOF that ends this here-document is missing",
    ]);
  });
});

describe("commands", () => {
  test("are lists when they are JSON lists of strings, text otherwise", () => {
    expect(only("CMD", String.raw`CMD ["sh","-c","echo \"a b\" z \u00e9"]`).command).toMatchObject({
      form: "exec",
      words: ["sh", "-c", 'echo "a b" z é'],
    });
    expect(only("RUN", "RUN [ -f x ] && y").command).toMatchObject({ form: "shell", text: "[ -f x ] && y" });
    expect(only("ENTRYPOINT", "ENTRYPOINT ['a', 'b']").command.form).toBe("shell");
    expect(only("CMD", "cmd []").command).toMatchObject({ form: "exec", words: [] });
    expect(only("CMD", 'CMD ["a", \\\n "b"]').command).toMatchObject({ form: "exec", words: ["a", "b"] });
  });

  test("are mistakes where the list holds numbers, or SHELL has none", () => {
    expect(problems('FROM a\nCMD ["a", 1]\nSHELL bash\nRUN\nCMD')).toEqual([
      "2:5 the list in square brackets may hold strings only (put every item in double quotes)",
      '3:7 SHELL takes a JSON list of words (write SHELL ["/bin/bash", "-c"])',
      "4:1 RUN needs a command",
      "5:1 CMD needs a command (write CMD [] to take the base's away)",
    ]);
  });

  test("of HEALTHCHECK stand behind CMD, or there are none", () => {
    expect(only("HEALTHCHECK", "HEALTHCHECK --interval=5s cmd curl x").command).toMatchObject({ text: "curl x" });
    expect(only("HEALTHCHECK", "HEALTHCHECK none").command).toBeUndefined();
    expect(problems("FROM a\nHEALTHCHECK NONE x\nHEALTHCHECK curl\nHEALTHCHECK CMD")).toEqual([
      "2:18 HEALTHCHECK NONE takes no arguments",
      "3:13 HEALTHCHECK takes CMD or NONE, not curl",
      "4:1 HEALTHCHECK needs a command behind CMD",
    ]);
  });
});

describe("flags", () => {
  test("stand before the arguments, quoted or not, some repeatedly", () => {
    const run = only("RUN", 'RUN --mount=type=cache,target=/a --mount="type=tmpfs,target=/b c" --network=none x --y');
    expect(run.flags.map(({ name, value }) => [name, value])).toEqual([
      ["mount", "type=cache,target=/a"],
      ["mount", "type=tmpfs,target=/b c"],
      ["network", "none"],
    ]);
    expect(run.command).toMatchObject({ text: "x --y" });
    expect(only("COPY", "COPY --link --from=b a c").flags).toMatchObject([
      { name: "link", value: undefined },
      { name: "from", value: "b" },
    ]);
  });

  test("end at two dashes alone", () => {
    expect(only("RUN", "RUN -- --x").command).toMatchObject({ text: "--x" });
  });

  test("that an instruction does not take are mistakes", () => {
    expect(problems("FROM --platfrom=x a\nCOPY --chown a b\nCOPY --from=a --from=b c d\nENV --x=1 A=b")).toEqual([
      "1:6 FROM has no flag --platfrom (did you mean --platform?)",
      "2:6 --chown needs a value (write --chown=VALUE)",
      "3:15 --from stands here twice",
      "4:5 ENV has no flag --x (it takes none)",
    ]);
  });
});

describe("instructions", () => {
  test("have keywords in any case", () => {
    expect(parse("from a\nRun b\ncOPY c d").instructions.map(({ keyword }) => keyword)).toEqual([
      "FROM",
      "RUN",
      "COPY",
    ]);
  });

  test("FROM names an image and perhaps a stage", () => {
    const file = parse("ARG V=1\nFROM --platform=linux/arm64 debian:$V as Build");
    expect(file.problems).toEqual([]);
    expect(file.instructions[1]).toMatchObject({ image: { text: "debian:$V" }, alias: { text: "Build" } });
    expect(problems("FROM\nFROM a b\nFROM a AS 1x")).toEqual([
      "1:1 FROM needs an image (write FROM IMAGE, or FROM scratch for nothing)",
      "2:6 FROM takes an image and a name behind AS, nothing else (write FROM IMAGE or FROM IMAGE AS NAME; flags stand before the image)",
      "3:11 1x cannot be the name of a stage (a letter, then letters, digits, dots, dashes and underscores)",
    ]);
  });

  test("ENV and LABEL take pairs, or one name and the rest", () => {
    const pairs = (text: string) => {
      const [instruction] = stage(text);
      if (!instruction || !("pairs" in instruction)) throw new Error("no pairs");
      return instruction.pairs.map(({ name, value }) => [name.text, value?.text]);
    };
    expect(pairs('ENV A=1 B="x y" C=a\\ b \\\n D=')).toEqual([
      ["A", "1"],
      ["B", '"x y"'],
      ["C", "a\\ b"],
      ["D", ""],
    ]);
    expect(pairs("ENV A  b = c ")).toEqual([["A", "b = c"]]);
    expect(pairs("LABEL a b")).toEqual([["a", "b"]]);
    expect(pairs("ARG A B=2")).toEqual([
      ["A", undefined],
      ["B", "2"],
    ]);
    expect(problems("FROM a\nENV A\nENV A=1 B\nLABEL =x\nARG")).toEqual([
      "2:5 ENV needs a name and a value (write ENV NAME=value)",
      "3:9 B has no value (put a value with blanks in double quotes)",
      "4:7 LABEL needs a name before the equals sign",
      "5:1 ARG needs a name (write ARG NAME or ARG NAME=default)",
    ]);
  });

  test("COPY, ADD and VOLUME take lists", () => {
    const text = 'FROM a\nCOPY ["a b", "c\\"d", "/e f/"]\nVOLUME ["/x y"]\nVOLUME /a /b';
    const file = parse(text);
    expect(file.problems).toEqual([]);
    const copy = file.instructions[1];
    if (copy?.keyword !== "COPY") throw new Error("no COPY");
    expect(copy.sources).toMatchObject([{ text: "a b" }, { text: 'c"d' }]);
    expect(text.slice(copy.destination.range.start, copy.destination.range.end)).toBe('"/e f/"');
    expect(file.instructions[2]).toMatchObject({ words: [{ text: "/x y" }] });
    expect(file.instructions[3]).toMatchObject({ words: [{ text: "/a" }, { text: "/b" }] });
    expect(problems('FROM a\nCOPY a\nADD x <<E\nE\nVOLUME [""]')).toEqual([
      "2:1 COPY needs a source and a destination",
      "3:5 a here-document cannot be the destination",
      "5:9 a volume cannot have an empty name",
    ]);
  });

  test("with one argument take the rest of the line", () => {
    expect(only("WORKDIR", "WORKDIR /a b ").word.text).toBe("/a b");
    expect(only("USER", "USER $U:1").word.text).toBe("$U:1");
    expect(problems("FROM a\nUSER")).toEqual(["2:1 USER needs an argument"]);
  });

  test("ONBUILD holds another one", () => {
    const onbuild = only("ONBUILD", "onbuild copy --from=x a b");
    expect(onbuild.line).toBe("ONBUILD copy --from=x a b");
    expect(onbuild.trigger).toMatchObject({ keyword: "COPY", line: "COPY --from=x a b" });
    expect(problems("FROM a\nONBUILD\nONBUILD FROM b\nONBUILD ONBUILD RUN x\nONBUILD RNU x")).toEqual([
      "2:1 ONBUILD needs an instruction",
      "3:9 FROM cannot stand behind ONBUILD",
      "4:9 ONBUILD cannot stand behind ONBUILD",
      "5:9 RNU is no instruction (did you mean RUN?)",
    ]);
  });

  test("that are unknown are named, and the others parsed", () => {
    const file = parse("FROM a\nCPOY a b\nRUN x\n");
    expect(file.problems).toMatchObject([{ message: "CPOY is no instruction", hint: "did you mean COPY?" }]);
    expect(file.instructions.map(({ keyword }) => keyword)).toEqual(["FROM", "RUN"]);
  });

  test("before the first FROM are mistakes, but for ARG", () => {
    expect(problems("ARG A\nRUN x\nFROM a")).toEqual([
      "2:1 RUN stands before the first FROM (only ARG may; begin the stage with FROM IMAGE)",
    ]);
    expect(problems("FROM a AS 1\nRUN x")).toHaveLength(1);
    expect(problems("# nothing\n")).toEqual([
      "1:1 there is no FROM, so nothing to build on (begin with FROM IMAGE, or FROM scratch)",
    ]);
    expect(problems("")).toHaveLength(1);
  });
});
