// The examples of our checks through the program whose numbers they have: it must find what we find, weigh it the same, and find
// nothing where we find nothing.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Practice, PracticeExample } from "../../practice.ts";
import { SHELL } from "./shell.ts";

const installed = spawnSync("shellcheck", ["--version"]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "berth-shellcheck-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Comment {
  readonly file: string;
  readonly code: number;
  readonly level: string;
}

// Where we say less on purpose: what is known, and what can do no harm, is no alarm here.
const QUIETER = new Set([
  "SC2015: a && b || true",
  "SC2028: echo 'C:\\\\x'",
  "SC2046: make -j$(nproc)",
  "SC2115: A=/opt/x; rm -rf $A/*",
  'SC2154: . ./env && x "$a"',
  "SC2174: mkdir -p -m 0755 /opt",
]);
// Where it says the same under another number, or not for this spelling.
const LOUDER = new Set([
  "SC2043: for f in '*.txt'; do x; done",
  'SC2166: test "$A" = b -o -f c && x',
  'SC2181: x; test "$?" != 0 && y',
]);

const examples = SHELL.flatMap((practice) => [
  ...practice.passes.flatMap((example) => scriptOf(practice, example, false)),
  ...practice.fails.flatMap((example) => scriptOf(practice, example, true)),
]);

function scriptOf({ id, severity }: Practice, { dockerfile, shows }: PracticeExample, wanted: boolean) {
  const [, script] = /^FROM debian:13\.1\nRUN (.*)\n$/.exec(dockerfile ?? "") ?? [];
  return script === undefined || id === "SC2148" ? [] : [{ id, severity, script, wanted, name: `${id}: ${shows}` }];
}

const comments = installed ? run() : [];

function run(): readonly Comment[] {
  const files = examples.map(({ script }, index) => {
    writeFileSync(join(folder, `${index}.sh`), `${script}\n`);
    return `${index}.sh`;
  });
  const done = spawnSync("shellcheck", ["-s", "sh", "-f", "json", "-o", "deprecate-which", ...files], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 16 * 1024 ** 2,
  });
  return JSON.parse(done.stdout) as Comment[];
}

describe.skipIf(!installed)("shellcheck (skipped where it is not installed) agrees on", () => {
  test.each(examples.map((example, index) => [example.name, example, index] as const))("%s", (name, example, index) => {
    const found = comments.filter(({ file, code }) => file === `${index}.sh` && `SC${code}` === example.id);
    const differs = QUIETER.has(name) || LOUDER.has(name);
    expect(found.length > 0).toBe(differs ? !example.wanted : example.wanted);
    for (const { level } of found) expect(level).toBe(example.severity);
  });
});
