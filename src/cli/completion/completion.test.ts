import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandTree, everyCommand, type TreeCommand } from "../command-tree.ts";
import { processContext } from "../context.ts";
import { bashCompletion } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import { zshCompletion } from "./zsh.ts";

/** A line before the cursor, and what must be offered for its last word. */
const LINES: readonly (readonly [string, readonly string[]])[] = [
  ["exe", ["exec"]],
  ["overlay cr", ["create"]],
  ["overlay create --sp", ["--sparse"]],
  ["--debug overlay res", ["resize"]],
  ["exec --overl", ["--overlay"]],
  ["cache clean --typ", ["--type"]],
  ["completion fi", ["fish"]],
];

function installed(program: string): boolean {
  return spawnSync(program, ["--version"]).status === 0;
}

let dir = "";
let tree: TreeCommand;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "berth-completion-"));
  tree = await commandTree(processContext({ level: "normal", color: false }));
  writeFileSync(join(dir, "bash"), bashCompletion(tree));
  writeFileSync(join(dir, "zsh"), zshCompletion(tree));
  writeFileSync(join(dir, "fish"), fishCompletion(tree));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test("the tree holds every command with its flags, and the variables of those that have any", () => {
  const all = [...everyCommand(tree)];
  const exec = all.find(({ path }) => path.join(" ") === "exec");
  expect(exec?.flags.find(({ names }) => names.includes("--bind"))).toMatchObject({
    names: ["--bind", "-B"],
    repeats: true,
  });
  expect(exec?.flags.find(({ names }) => names.includes("--nv"))?.variables).toEqual(["BERTH_NV"]);
  expect(all.every(({ summary, path }) => path.length === 0 || summary !== "")).toBe(true);
});

const SCRIPT_BASH = `source "$0"; COMP_WORDS=(berth "$@"); COMP_CWORD=$#; _berth 2>/dev/null; printf "%s\\n" "\${COMPREPLY[@]}"`;

describe.skipIf(!installed("bash"))("bash [needs bash]", () => {
  test.each(LINES)("completes berth %s", (line, wanted) => {
    const out = execFileSync("bash", ["--norc", "-c", SCRIPT_BASH, join(dir, "bash"), ...line.split(" ")], {
      encoding: "utf8",
    });
    expect(out.trim().split("\n")).toEqual(wanted);
  });

  test("offers files for what a flag wants and behind the image", () => {
    for (const line of [
      ["exec", "--bind", ""],
      ["exec", "x.sif", ""],
    ]) {
      const out = execFileSync("bash", ["--norc", "-c", SCRIPT_BASH, join(dir, "bash"), ...line], {
        encoding: "utf8",
        cwd: dir,
      });
      expect(out.trim().split("\n").sort()).toEqual(["bash", "fish", "zsh"]);
    }
  });
});

const absentFish = installed("fish") ? "" : " [needs fish]";
describe.skipIf(absentFish)(`fish${absentFish}`, () => {
  test.each(LINES)("completes berth %s", (line, wanted) => {
    const script = `source ${join(dir, "fish")}; complete -C 'berth ${line}'`;
    const out = execFileSync("fish", ["--no-config", "-c", script], {
      encoding: "utf8",
      env: { HOME: dir, PATH: process.env["PATH"] },
    });
    expect(
      out
        .trim()
        .split("\n")
        .map((entry) => entry.split("\t")[0]),
    ).toEqual(wanted);
  });
});

// A terminal of zsh's own, in which the line is typed and the tabulator pressed.
const SCRIPT_ZSH = `zmodload zsh/zpty
zpty z 'TERM=dumb zsh -f -i'
zpty -w z "PS1=; autoload -Uz compinit; compinit -u -d $1/dump; source $1/zsh; echo REA''DY"
while zpty -r z line; do [[ $line == *READY* ]] && break; done
zpty -w -n z "berth $2"$'\\t'
all= part=
for i in {1..200}; do
  zpty -r -t z part && all+=$part
  [[ $all == *"$3"* ]] && break
  sleep 0.02
done
print -r -- "$all"`;

const absentZsh = installed("zsh") ? "" : " [needs zsh]";
describe.skipIf(absentZsh)(`zsh${absentZsh}`, () => {
  test.each(LINES)("completes berth %s", (line, wanted) => {
    const words = [...line.split(" ").slice(0, -1), ...wanted].at(-1) ?? "";
    const out = execFileSync("zsh", ["-f", "-c", SCRIPT_ZSH, "zsh", dir, line, words], {
      encoding: "utf8",
      timeout: 20_000,
    });
    expect(out).toContain(words);
  });
});
