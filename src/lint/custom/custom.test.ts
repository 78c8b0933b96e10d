// Rules of a site's own: parts are chosen, demands are held, mistakes are told with their line.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { positionOf } from "../../base/source.ts";
import { GENERIC } from "../../policy/profiles/generic.ts";
import { lintDocument } from "../lint-document.ts";
import { holds } from "./condition.ts";
import { readCustomRules } from "./custom-rules.ts";
import type { Item } from "./items.ts";

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "berth-custom-"));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

async function told(rule: string, name: string, text: string): Promise<readonly string[]> {
  const path = join(work, "rules.yaml");
  writeFileSync(
    path,
    `rules:\n  - { id: SITE001, title: t, severity: error, why: w, ${rule.includes("message:") ? rule : `message: m, ${rule}`} }\n`,
  );
  const practices = await readCustomRules(path);
  const { findings } = lintDocument({ name, text }, { policy: GENERIC, practices });
  return findings
    .filter((one) => one.rule === "SITE001")
    .map(({ place, message, certainty }) => {
      const { line } = positionOf(text, place?.range.start ?? 0);
      return `${line}: ${certainty === "unknown" ? "unknown" : message}`;
    });
}

const RECIPE =
  "FROM docker.io/library/debian:13.1\nENV A=1 B=2\nCOPY x /data/y\nRUN pip install a && pip install --require-hashes b\n";

describe("a rule", () => {
  test.each([
    [
      'on: command, where: { name: [pip, pip3] }, message: "{words}"',
      "Dockerfile",
      RECIPE,
      ["4: install a", "4: install --require-hashes b"],
    ],
    [
      "on: command, where: { name: pip }, demand: { options: { all: [--require-hashes] } }",
      "Dockerfile",
      RECIPE,
      ["4: m"],
    ],
    ['on: variable, where: { keyword: ENV, name: B }, message: "{value}"', "Dockerfile", RECIPE, ["2: 2"]],
    ["on: copy, demand: { target: { none: [/data/*] } }", "Dockerfile", RECIPE, ["3: m"]],
    ["on: base, demand: { repository: library/alpine }", "Dockerfile", RECIPE, ["1: m"]],
    ["on: base, demand: { resolved: { matches: '^docker' } }", "Dockerfile", RECIPE, []],
    ["on: base, demand: { resolved: 'x*' }", "Dockerfile", "ARG B\nFROM $B\n", ["2: unknown"]],
    ["on: mount, demand: { readOnly: 'true' }", "run.sh", "#!/bin/sh\ndocker run -v /a:/b:ro -v /c:/d x\n", ["2: m"]],
  ])("with %s", async (rule, name, text, expected) => {
    expect(await told(rule, name, text)).toEqual(expected);
  });

  test.each([
    ["on: comand", "must be"],
    ["on: command, id: TOO004", "is taken: TOO004"],
    ["on: command, where: { name: { matches: '(' } }", "is no regular expression"],
  ])("with the mistake %s is told with its line", async (rule, says) => {
    const path = join(work, "wrong.yaml");
    const id = /id: (\w+)/.exec(rule)?.[1] ?? "SITE001";
    writeFileSync(
      path,
      `rules:\n  - { id: ${id}, title: t, severity: error, why: w, message: m, ${rule.replace(/, id: \w+/, "")} }\n`,
    );
    const error = (await readCustomRules(path).catch((one: Error) => one)) as Error;
    expect(error.message).toMatch(/wrong\.yaml:2:\d+: /);
    expect(error.message).toContain(says);
  });
});

test("what is not known decides nothing", () => {
  const item: Item = {
    kind: "base",
    range: { start: 0, end: 0 },
    values: { a: "x", list: ["one", "two"], gone: undefined },
  };
  expect(holds({ gone: "x" }, item)).toBe(undefined);
  expect(holds({ gone: "x", a: "y" }, item)).toBe(false);
  expect(holds({ gone: { exists: false }, list: { all: ["o*", "t*"], none: ["z"] } }, item)).toBe(true);
  expect(holds({ list: { any: ["three"] } }, item)).toBe(false);
});
