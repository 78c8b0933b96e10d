import { describe, expect, test } from "vitest";
import { readEnvFile, readRawEnvFile } from "./env-file.ts";
import { openNotebook } from "./notebook.ts";

const OUTER: Readonly<Record<string, string>> = { HOME: "/home/fred" };

function read(text: string) {
  const notebook = openNotebook();
  const lookup = (name: string) => OUTER[name];
  const found = readEnvFile({ name: ".env", text }, lookup, notebook);
  return { values: Object.fromEntries([...found].map(([name, node]) => [name, node.text])), notes: notebook.notes };
}

describe("a file of variables", () => {
  test.each([
    ["plain values", "A=1\nB=two words\n", { A: "1", B: "two words" }],
    ["empty values", "A=\nB=''\n", { A: "", B: "" }],
    ["export and blanks", "  export A = 1 \n\n\tB=2", { A: "1", B: "2" }],
    ["comments", "# x\nA=1 # y\nB=1#2\n#C=3\n", { A: "1", B: "1#2" }],
    ["long comments", `# ${"x".repeat(5000)}\nA=1\n#${"y".repeat(4095)}B=2\n`, { A: "1" }],
    ["single quotes", "A='a $HOME # \\n'\n", { A: "a $HOME # \\n" }],
    ["double quotes", 'A="a # b"\nB="x\\ty\\"z"\n', { A: "a # b", B: 'x\ty"z' }],
    ["values of several lines", "A=\"1\n2\"\nB='3\n4' # c\n", { A: "1\n2", B: "3\n4" }],
    ["variables", `A=1\nB=$A$\{A}\nC="$\{HOME}/x"\nD=$\{NONE:-d}\n`, { A: "1", B: "11", C: "/home/fred/x", D: "d" }],
    ["escaped dollars", 'A="\\$HOME"\nB=$$HOME\n', { A: "$HOME", B: "$HOME" }],
    ["a colon for the equals sign", "A: 1\n", { A: "1" }],
    ["a name alone", "HOME\nNONE\n", { HOME: "/home/fred" }],
    ["Windows' line ends", "A=1\r\nB='2'\r\n", { A: "1", B: "2" }],
    ["a byte order mark", "\uFEFFA=1\n", { A: "1" }],
    ["the later of two", "A=1\nA=2\n", { A: "2" }],
    ["names that objects have", "__proto__=1\nconstructor=2\n", JSON.parse('{"__proto__": "1", "constructor": "2"}')],
  ])("may hold %s", (_, text, values) => {
    const found = read(text);
    expect(found.notes).toEqual([]);
    expect(found.values).toEqual(values);
  });

  test.each([
    ["a line that sets nothing", "A B\nC=1\n", "this line sets no variable"],
    ["quotes that are not closed", "A='x\nB=1\n", "the quotes of this value are not closed"],
    ["words behind the quotes", 'A="x" y\nC=1\n', "something follows the closing quote"],
  ])("notes %s, with its place", (_, text, message) => {
    const { notes } = read(text);
    expect(notes).toMatchObject([{ severity: "error", message, place: { source: { name: ".env" } } }]);
  });

  test("that is raw knows neither quotes nor variables", () => {
    const found = readRawEnvFile({ name: "x", text: "# c\nA='$HOME' # x\r\nB=\nHOME\n" }, (name) => OUTER[name]);
    const values = Object.fromEntries([...found].map(([name, node]) => [name, node.text]));
    expect(values).toEqual({ A: "'$HOME' # x", B: "", HOME: "/home/fred" });
  });
});
