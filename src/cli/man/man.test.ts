import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commandTree, everyCommand, type TreeCommand } from "../command-tree.ts";
import { processContext } from "../context.ts";
import { manualPage, pageName } from "./page.ts";

const STAMP = { version: "1.2.3", date: new Date("2026-01-02T00:00:00Z") };
const hasMandoc = spawnSync("mandoc", ["-Tlint", "/dev/null"]).error === undefined;
const hasMan = spawnSync("man", ["--version"]).status === 0;

let dir = "";
let tree: TreeCommand;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "berth-man-"));
  tree = await commandTree(processContext({ level: "normal", color: false }));
  for (const command of everyCommand(tree))
    writeFileSync(join(dir, `${pageName(command.path)}.1`), manualPage(command, STAMP));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test("every command has a page, and every flag of it is there", () => {
  for (const { path, flags } of everyCommand(tree)) {
    const page = readFileSync(join(dir, `${pageName(path)}.1`), "utf8");
    for (const name of flags.flatMap(({ names }) => names))
      expect(page).toContain(`\\fB${name.replaceAll("-", "\\-")}\\fR`);
  }
});

test("text cannot become a macro", () => {
  const odd = { ...tree, path: ["odd"], description: ".SH evil \\fB and 'quotes' – dash", commands: [], flags: [] };
  const page = manualPage(odd, STAMP);
  expect(page).toContain("\\&.SH evil \\efB and 'quotes' \\[u2013] dash");
});

test.skipIf(!hasMandoc)("mandoc has nothing to complain about [needs mandoc]", () => {
  const pages = readdirSync(dir).map((name) => join(dir, name));
  expect(spawnSync("mandoc", ["-Tlint", "-Wwarning", ...pages], { encoding: "utf8" })).toMatchObject({
    status: 0,
    stdout: "",
  });
});

test.skipIf(!hasMan)("man shows them without a warning [needs man]", () => {
  for (const name of ["berth.1", "berth-exec.1", "berth-overlay-create.1"]) {
    const shown = spawnSync("man", ["--warnings", "-l", join(dir, name)], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C.UTF-8", MANWIDTH: "80" },
    });
    expect(shown).toMatchObject({ status: 0, stderr: "" });
    expect(execFileSync("man", ["-l", join(dir, name)], { encoding: "utf8" })).toContain("EXIT STATUS");
  }
});
