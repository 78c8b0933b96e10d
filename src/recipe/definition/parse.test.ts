import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codeFrame } from "../../base/source.ts";
import { parseDefinition } from "./parse.ts";

const parse = (text: string) => parseDefinition({ name: "a.def", text });
const messages = (text: string) => parse(text).problems.map(({ message }) => message);

const EXAMPLE = `# a tool
Bootstrap: docker
From: debian:13   # the base
Stage: build

%post -c /bin/bash
    make
%files
    a b
%Post
    make install

bootstrap:localimage
FROM : x.sif
%files from build
    /opt/a
%appinstall foo
    echo
%help
`;

describe("a definition file", () => {
  test("is split into stages, headers and sections", () => {
    const { stages, problems } = parse(EXAMPLE);
    expect(problems).toEqual([]);
    expect(stages.map((stage) => stage.headers.map(({ key, value }) => `${key}=${value}`))).toEqual([
      ["bootstrap=docker", "from=debian:13", "stage=build"],
      ["bootstrap=localimage", "from=x.sif"],
    ]);
    expect(stages.map((stage) => stage.sections.map(({ name, args }) => [name, args]))).toEqual([
      [
        ["post", "-c /bin/bash"],
        ["files", ""],
        ["post", ""],
      ],
      [
        ["files", "from build"],
        ["appinstall", "foo"],
        ["help", ""],
      ],
    ]);
    expect(stages[0]?.sections[0]?.body).toBe("    make\n");
  });

  test("knows the place of every header's value and section's argument", () => {
    const { stages, source } = parse(EXAMPLE);
    const at = ({ start, end }: { start: number; end: number }) => source.text.slice(start, end);
    expect(stages[0]?.headers.map((header) => at(header.valueRange))).toEqual(["docker", "debian:13", "build"]);
    expect(stages[1]?.sections.map((section) => at(section.argsRange))).toEqual(["from build", "foo", ""]);
    expect(stages[1]?.headers.map((header) => at(header.range))).toEqual(["bootstrap:localimage", "FROM : x.sif"]);
  });

  test("may have carriage returns, a byte order mark, tabs and continued headers", () => {
    const { stages, problems } = parse(
      "\uFEFFBootstrap:\tdocker\r\nFrom: deb\\\r\n  ian:13\r\n\t%post x\r\n\techo\r\n",
    );
    expect(problems).toEqual([]);
    expect(stages[0]?.headers.map(({ value }) => value)).toEqual(["docker", "debian:13"]);
    expect(stages[0]?.sections.map(({ name, args, body }) => [name, args, body])).toEqual([
      ["post", "x", "\techo\r\n"],
    ]);
  });

  test("may have headers before Bootstrap, numbered keys and one that is given twice", () => {
    const { stages, problems } = parse("From: a\nBootstrap: yum\nOtherURL1: b\nfrom: c\n");
    expect(problems).toEqual([]);
    expect(stages).toHaveLength(1);
    expect(stages[0]?.headers.map(({ key }) => key)).toEqual(["from", "bootstrap", "otherurl1", "from"]);
  });
});

describe("a mistake is named with Apptainer's words:", () => {
  test.each([
    ["Bootstrapp: docker\n", "failed to parse deffile header: invalid header keyword found: bootstrapp"],
    ["Bootstrap: docker\nFrom:\n", "failed to parse deffile header: header key from had no val"],
    ["Bootstrap: docker\nFrom\n", "failed to parse deffile header: header key From had no val"],
    ["Bootstrap: docker\n%bogus\n", "invalid section(s) specified: bogus"],
    ["%post\necho\n", "the stage has no header"],
    ["", "the stage has no header"],
    ["%post\necho\nBootstrap: docker\nFrom: a\n", "the stage has no header"],
    ["Bootstrap: scratch\n%appinstall\n", "%appinstall names no app"],
    ["Bootstrap: scratch\n%apprun ../x\n", '"../x" cannot be the name of an app'],
    ["Bootstrap: scratch\n%files form a\n", '%files cannot be followed by "form a"'],
  ])("%j", (text, message) => {
    expect(messages(text)).toEqual([message]);
  });

  test("and with what was probably meant", () => {
    expect(parse("Bootstrapp: docker\n").problems[0]?.hint).toBe("did you mean bootstrap?");
    expect(parse("Bootstrap: docker\n%psot\n").problems[0]?.hint).toBe("did you mean %post?");
  });

  test("and every one in its line", () => {
    const { problems, source } = parse("Bootstrap: docker\nFrm: a\n\n%bogus x\n%post\n");
    expect(problems.map(({ range }) => source.text.slice(range.start, range.end))).toEqual(["Frm: a", "%bogus x"]);
  });
});

describe("a section's line inside a here-document", () => {
  const TRAP = `Bootstrap: docker
From: a
%post
cat > b.def <<'EOF'
Bootstrap: docker
From: b
%post
echo
%nonsense
EOF
echo
%runscript
cat <<X
X
`;

  test("is named once, at its line, with the line that begins the document", () => {
    const { problems, source } = parse(TRAP);
    expect(problems.map(({ message }) => message)).toEqual([
      '"Bootstrap: docker" stands in the here-document that begins at line 4, but such a line ends %post',
    ]);
    const [first] = problems;
    expect(first && codeFrame({ source, range: first.range }).split("\n")[2]).toBe("> 5 | Bootstrap: docker");
  });

  test.each([
    ["a shift in arithmetic", "x=$((1<<2))\n"],
    ["a document that ends before", "cat <<A <<-B\nA\n\tB\n"],
    ["a comment", "# like <<2\n"],
    ["a quoted operator", "echo '<<2'\n"],
    ["a here-string", "cat <<<2\n"],
    ["a document that never ends", "cat <<Q\n"],
  ])("is not seen in %s", (_, script) => {
    expect(messages(`Bootstrap: docker\nFrom: a\n%post\n${script}%runscript\necho\n2\n2))\n`)).toEqual([]);
  });
});

const fragment = fc.constantFrom(
  ...[
    "Bootstrap: ",
    "bootstrap:",
    "\n",
    "\r\n",
    "%post",
    "%files from ",
    "%appinstall ",
    "%",
    "a",
    " ",
    "\t",
    "#",
    "\\",
  ],
  ...["<<EOF", "EOF", "'", '"', "From: x", ":", "{{ a }}", "{{", "}}", "%arguments\na=1\n", "\uFEFF", "é", "\0"],
);
const texts = fc.oneof(
  fc.array(fragment, { maxLength: 40 }).map((parts) => parts.join("")),
  fc.string({ maxLength: 200 }),
);

test("nothing of a text is lost, whatever stands in it", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const { stages, problems } = parse(text);
      expect(stages.map(({ range }) => text.slice(range.start, range.end)).join("")).toBe(text);
      for (const { sections, range, headers } of stages) {
        const whole = sections.map((section) => text.slice(section.range.start, section.range.end)).join("");
        expect(text.slice(sections[0]?.range.start ?? range.end, range.end)).toBe(whole);
        for (const section of sections) {
          expect(text.slice(section.argsRange.start, section.argsRange.end)).toBe(section.args);
          expect(text.slice(section.bodyRange.start, section.bodyRange.end)).toBe(section.body);
        }
        for (const header of headers) {
          if (header.valueRange.end - header.valueRange.start === header.value.length)
            expect(text.slice(header.valueRange.start, header.valueRange.end)).toBe(header.value);
        }
      }
      for (const { range } of problems) expect(range.start <= range.end && range.end <= text.length).toBe(true);
    }),
    { numRuns: 500, seed: 1 },
  );
});

test("a file of ten thousand sections is parsed at once", () => {
  const text = `Bootstrap: docker\n${"%post\ncat <<A\n%post\n".repeat(5_000)}A\n`;
  expect(parse(text).stages[0]?.sections).toHaveLength(10_000);
});
