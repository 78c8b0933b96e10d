// `berth lint` as people and CI call it, from source: exit statuses, what goes where, files mended.

import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

const MAIN = join(import.meta.dirname, "../../src/main.ts");
// The packed binary, where one is named.
const [PROGRAM = "", ...WORDS] = process.env["BERTH_BINARY"] ? [process.env["BERTH_BINARY"]] : [process.execPath, MAIN];
const CLEAN = "#!/bin/sh\necho clean\n";
const BAD = "FROM docker.io/library/debian:13.1\nRUN sudo true\n";

let root: string;
let work: string;
let count = 0;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "berth-lint-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => {
  work = join(root, String(count++));
  mkdirSync(join(work, ".git"), { recursive: true });
});

const environment = () => ({
  PATH: process.env["PATH"],
  HOME: work,
  BERTH_SITE_CONFIG: join(work, "none"),
  BERTH_SITE_POLICY: join(work, "site-policy.yaml"),
});

function lint(words: readonly string[], input?: string): SpawnSyncReturns<string> {
  const options = {
    cwd: work,
    env: environment(),
    encoding: "utf8" as const,
    ...(input === undefined ? {} : { input }),
  };
  return spawnSync(PROGRAM, [...WORDS, "lint", ...words], options);
}

function file(name: string, text: string): string {
  mkdirSync(join(work, name, ".."), { recursive: true });
  writeFileSync(join(work, name), text);
  return name;
}

describe("the exit status is", () => {
  test("0 when nothing is found at the threshold, 1 when something is", () => {
    file("run.sh", CLEAN);
    file("Dockerfile", BAD);
    expect(lint(["run.sh"]).status).toBe(0);
    expect(lint(["--only", "TOO004", "Dockerfile"]).status).toBe(1);
    expect(lint(["--only", "TOO004", "--fail-on", "never", "Dockerfile"]).status).toBe(0);
    expect(lint(["--except", "*", "Dockerfile"]).status).toBe(0);
  });

  test.each([
    [["--frmat", "json"], "--format"],
    [["--format", "jsn", "x"], "did you mean json?"],
    [["--only", "TOO04", "x"], "did you mean TOO004?"],
    [["--profile", "ncsc", "x"], "generic, nccs, spin"],
    [["notes.txt"], "--kind"],
    [["empty"], "nothing to check"],
  ])("2 for the call %j", (words, says) => {
    file("run.sh", CLEAN);
    file("notes.txt", "hello\n");
    mkdirSync(join(work, "empty"));
    const ran = lint(words);
    expect(ran.stderr).toContain(says);
    expect(ran.status).toBe(2);
    expect(ran.stdout).toBe("");
  });

  test("2 for a configuration with a mistake", () => {
    file("run.sh", CLEAN);
    file(".berth-policy.yaml", "rulez: {}\n");
    const ran = lint(["run.sh"]);
    expect(ran).toMatchObject({ status: 2, stdout: "" });
    expect(ran.stderr).toContain(".berth-policy.yaml:1:1");
  });

  test("3 when a required engine does not work", () => {
    file("run.sh", CLEAN);
    const ran = spawnSync(PROGRAM, [...WORDS, "lint", "--shellcheck", "required", "run.sh"], {
      ...{ cwd: work, encoding: "utf8" },
      env: { ...environment(), PATH: "/nonexistent" },
    });
    expect(ran.status).toBe(3);
    expect(ran.stderr).toContain("shellcheck did not work");
  });

  test("4 by --strict, when facts are missing for what is required", () => {
    file("Dockerfile", "FROM docker.io/library/debian:13.1\n");
    file(".berth-policy.yaml", "rules: { SRC002: error }\n");
    expect(lint(["--only", "SRC002", "--no-git", "Dockerfile"]).status).toBe(0);
    expect(lint(["--only", "SRC002", "--no-git", "--strict", "Dockerfile"]).status).toBe(4);
  });
});

test("what cannot be read does not keep the others from being checked", () => {
  file("Dockerfile", BAD);
  const ran = lint(["gone", "Dockerfile", "--format", "gnu", "--only", "TOO004"]);
  expect(ran.status).toBe(2);
  expect(ran.stdout).toMatch(/^Dockerfile:2:5: error: .* \[TOO004\]\n$/);
  expect(ran.stderr).toContain("cannot read gone");
});

test("folders are searched for what is known by its name, hidden ones and node_modules are not", () => {
  for (const name of [
    "a/Dockerfile.gpu",
    "b/x.def",
    "compose.yaml",
    "job.sbatch",
    ".hidden/Dockerfile",
    "node_modules/Dockerfile",
  ])
    file(name, "");
  file("c/readme.md", "");
  const names = JSON.parse(lint(["--format", "json", "--fail-on", "never"]).stdout).files.map(
    ({ name }: { name: string }) => name,
  );
  expect(names).toEqual(["a/Dockerfile.gpu", "b/x.def", "compose.yaml", "job.sbatch"]);
});

test("standard input is checked by the name and the kind that are given", () => {
  expect(lint(["--stdin", "-f", "gnu", "--only", "TOO004"], BAD).stdout).toMatch(/^stdin:2:5: /);
  expect(lint(["-", "--stdin-name", "a/Dockerfile", "-f", "gnu", "--only", "DL3004"], BAD).stdout).toContain(
    "a/Dockerfile:2:5: ",
  );
  expect(lint(["--stdin"], "what?").status).toBe(2);
  expect(lint(["--stdin", "--fix", "--only", "TOO004"], BAD).stdout).toBe(BAD.replace("sudo ", ""));
});

test("--fix mends files once and for all, --dry-run only shows how", () => {
  file("Dockerfile", BAD);
  const shown = lint(["--fix", "--dry-run", "--only", "TOO004", "Dockerfile"]);
  expect(shown.stdout).toContain("-RUN sudo true\n+RUN true\n");
  expect(readFileSync(join(work, "Dockerfile"), "utf8")).toBe(BAD);
  const ran = lint(["--fix", "--only", "TOO004", "Dockerfile"]);
  expect(ran).toMatchObject({ status: 0, stderr: expect.stringContaining("leave sudo out (TOO004)") });
  expect(readFileSync(join(work, "Dockerfile"), "utf8")).toBe(BAD.replace("sudo ", ""));
  expect(lint(["--fix", "--only", "TOO004", "Dockerfile"]).stderr).toBe("");
});

test("what --dry-run shows has no values of secrets", () => {
  file("Dockerfile", "FROM debian:13.1\nENV DB_PASSWORD=hunter2hunter2\nRUN sudo true\n");
  const { stdout } = lint(["--fix", "--dry-run", "--only", "TOO004", "Dockerfile"]);
  expect(stdout).toContain(" ENV DB_PASSWORD=**************\n-RUN sudo true\n+RUN true\n");
});

test("--output writes the report whole, and nothing to standard output", () => {
  file("Dockerfile", BAD);
  expect(lint(["-f", "sarif", "-o", "out.sarif", "Dockerfile"]).stdout).toBe("");
  expect(JSON.parse(readFileSync(join(work, "out.sarif"), "utf8")).version).toBe("2.1.0");
  expect(readdirSync(work).filter((name) => name.startsWith(".partial"))).toEqual([]);
  expect(lint(["-o", "no/such/folder", "Dockerfile"]).status).toBe(2);
});

test("--min-severity hides what is lighter", () => {
  file("Dockerfile", BAD);
  const { files } = JSON.parse(lint(["-f", "json", "--min-severity", "error", "Dockerfile"]).stdout);
  expect(files[0].counts).toMatchObject({ warning: 0, info: 0, style: 0 });
  expect(files[0].counts.error).toBeGreaterThan(0);
});

test("--explain tells what a rule says, by a peer's name, too", () => {
  expect(lint(["--explain", "TOO004"]).stdout).toMatch(/^TOO004: /);
  expect(lint(["--explain", "DL3004"]).stdout).toMatch(/^TOO004: /);
  expect(lint(["--explain-config"]).stdout).toMatch(/^# no configuration was found\nprofile: generic/);
});

test("--watch checks again when a file changes, until it is interrupted", async () => {
  file("Dockerfile", BAD);
  const child = spawn(PROGRAM, [...WORDS, "lint", "--watch", "--only", "TOO004", "-f", "gnu", "Dockerfile"], {
    ...{ cwd: work, env: environment() },
  });
  const output = child.stdout[Symbol.asyncIterator]();
  expect(String((await output.next()).value)).toContain("Dockerfile:2:5");
  writeFileSync(join(work, "Dockerfile"), `# more\n${BAD}`);
  expect(String((await output.next()).value)).toContain("Dockerfile:3:5");
  child.kill("SIGINT");
  await once(child, "close");
  expect(child.exitCode).not.toBeNull();
});

test("berth policy test runs a site's own examples", () => {
  const text = JSON.stringify({
    cases: [{ name: "sudo", text: BAD, finds: [{ rule: "TOO004", line: 2 }], lacks: ["DAE*"] }],
  });
  file("examples/a.test.yaml", text);
  const policy = (...words: readonly string[]) =>
    spawnSync(PROGRAM, [...WORDS, "policy", ...words], { cwd: work, env: environment(), encoding: "utf8" });
  expect(policy("test", "examples")).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("1 examples, all pass"),
  });
  file("examples/b.test.yaml", text.replace("DAE*", "TOO*"));
  expect(policy("test", "examples")).toMatchObject({
    status: 1,
    stdout: expect.stringContaining("found: TOO004 in line 2"),
  });
  // A name that no rule has would never be found below "lacks".
  file("examples/b.test.yaml", text.replace("DAE*", "DL3004"));
  expect(policy("test", "examples")).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("is no rule: DL3004; it is TOO001, TOO004 here"),
  });
  file("examples/b.test.yaml", "cases: [{}]");
  expect(policy("test", "examples").status).toBe(2);
  expect(policy("explain", "TOO004").stdout).toMatch(/^TOO004: /);
  expect(policy("docs", "--format", "html").stdout).toMatch(/^<!doctype html>/);
});
