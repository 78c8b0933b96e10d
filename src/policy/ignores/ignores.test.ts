// Comments that keep findings quiet: the forms that are read, what each covers, and when one does not count.

import { describe, expect, test } from "vitest";
import type { DocumentKind } from "../document-kind.ts";
import { practice } from "../practice.ts";
import { PRACTICES } from "../practices/practices.ts";
import { GENERIC } from "../profiles/generic.ts";
import { NCCS } from "../profiles/nccs.ts";
import type { Finding } from "../types.ts";
import { applyIgnores } from "./apply-ignores.ts";
import { plainName, readIgnore } from "./ignore-comment.ts";
import { findIgnores } from "./ignore-scope.ts";
import { lintQuietly } from "./lint-quietly.ts";

const NOW = Date.UTC(2026, 10, 22) / 1000;

// Finds every word BAD.
const BAD = practice({
  id: "TST001",
  title: "No BAD",
  severity: "warning",
  class: "required",
  certainty: "certain",
  message: "BAD",
  why: "it is bad",
  source: "ours",
  peers: ["DL3999", "DS-0099", "BadCheck", "SC2999"],
  checks: {
    recipe: ({ recipe }) => [...recipe.source.text.matchAll(/BAD/g)].map(hitAt),
    launch: ({ launch }) => [...launch.source.text.matchAll(/BAD/g)].map(hitAt),
  },
  passes: [],
  fails: [],
});

function hitAt({ index }: RegExpExecArray) {
  return { range: { start: index, end: index + 3 } };
}

function lines(
  text: string,
  kind: DocumentKind,
  policy = GENERIC,
): { found: number[]; quiet: number[]; said: string[] } {
  const source = { name: "x", text };
  const all = [...text.matchAll(/BAD/g)].map(({ index }): Finding => {
    const range = { start: index, end: index + 3 };
    const certainty = "certain";
    return { rule: "TST001", severity: "warning", message: "BAD", pointer: "", certainty, place: { source, range } };
  });
  const blocks = [...text.matchAll(/^(RUN|CMD|%post)(.*\\\n)*.*$/gm)].map((m) => ({
    start: m.index,
    end: m[0].startsWith("%") ? text.length : m.index + m[0].length,
  }));
  const asked = new Set(["TST001", "IGN001", "IGN002", "IGN003"]);
  const rules = { source, policy, practices: [BAD, ...PRACTICES], asked, now: NOW };
  const { findings, quiet } = applyIgnores(all, findIgnores(text, kind, blocks), rules);
  const lineOf = ({ place }: Finding) => text.slice(0, place?.range.start ?? 0).split("\n").length;
  return {
    found: findings.filter(({ rule }) => rule === "TST001").map(lineOf),
    quiet: quiet.map(({ finding }) => lineOf(finding)),
    said: findings.filter(({ rule }) => rule !== "TST001").map(({ rule, message }) => `${rule} ${message}`),
  };
}

describe("a comment", () => {
  test.each([
    ["# policy ignore=PKG010,DL3015 -- the reason", ["PKG010", "DL3015"], "the reason"],
    ["#policy ignore = PKG010, PKG011", ["PKG010", "PKG011"], undefined],
    ["# hadolint ignore=DL3008,DL3009", ["DL3008", "DL3009"], undefined],
    ["# trivy:ignore:DS-0002", ["DS-0002"], undefined],
    [
      "# check=skip=JSONArgsRecommended,StageNameCasing;error=true",
      ["JSONArgsRecommended", "StageNameCasing"],
      undefined,
    ],
    ["# check=error=true;skip=JSONArgsRecommended", ["JSONArgsRecommended"], undefined],
    ["# shellcheck disable=SC2086 # why", ["SC2086"], undefined],
    ["# shellcheck shell=sh disable=SC2086", ["SC2086"], undefined],
  ])("%s names rules", (text, names, reason) => {
    const found = readIgnore(text);
    expect(found?.names.map(({ name }) => name)).toEqual(names);
    expect(found?.reason).toBe(reason);
    for (const { name, at } of found?.names ?? []) expect(text.slice(at, at + name.length)).toBe(name);
  });

  test.each(["# our policy: ignore=x", "# policy", "# hadolint", "# see shellcheck"])(
    "%s is an ordinary one",
    (text) => {
      expect(readIgnore(text)).toBeUndefined();
    },
  );

  test("may end on a day, in our form and in trivy's", () => {
    expect(readIgnore("# policy file-ignore=A until=2027-01-01 -- x")).toMatchObject({
      until: "2027-01-01",
      whole: true,
    });
    expect(readIgnore("#trivy:ignore:AVD-DS-0002:exp:2027-01-01")).toMatchObject({ until: "2027-01-01" });
  });

  test("of trivy names rules by all their forms", () => {
    expect(["DS-0002", "DS002", "AVD-DS-0002", "DL3002"].map(plainName)).toEqual([
      "DS-0002",
      "DS-0002",
      "DS-0002",
      "DL3002",
    ]);
  });
});

describe("what is covered", () => {
  test("in a Dockerfile is the whole instruction below, over blank lines and comments", () => {
    const text = "# policy ignore=TST001\n\n# more\nRUN a && \\\n  BAD\nRUN BAD\n";
    expect(lines(text, "dockerfile")).toMatchObject({ found: [6], quiet: [5] });
  });

  test("inside an instruction is the command below", () => {
    const text = "RUN a && \\\n  # policy ignore=TST001\n  b \\\n   BAD && \\\n  BAD\n";
    expect(lines(text, "dockerfile")).toMatchObject({ found: [5], quiet: [4] });
  });

  test("behind an instruction of a Dockerfile is nothing: `#` is a part of its words there", () => {
    expect(lines("RUN BAD # policy ignore=TST001\n", "dockerfile")).toMatchObject({ found: [1] });
  });

  test("in a compose file is the line, or the block below a key", () => {
    const text =
      "services:\n  # policy ignore=TST001\n  web:\n    image: BAD\n  db:\n    image: BAD\n    x: BAD # policy ignore=TST001\n";
    expect(lines(text, "compose")).toMatchObject({ found: [6], quiet: [4, 7] });
  });

  test("between sections of a definition file is the section below", () => {
    const text = "%labels\n a BAD\n# policy ignore=TST001\n%post\n BAD\n";
    expect(lines(text, "definition")).toMatchObject({ found: [2], quiet: [5] });
  });

  test("in a script is the command, with its continuations", () => {
    const text = "x\n# policy ignore=TST001\ndocker run \\\n BAD\nBAD\n";
    expect(lines(text, "script")).toMatchObject({ found: [5], quiet: [4] });
  });

  test("by ShellCheck's comment before the first command is the whole script", () => {
    expect(lines("#!/bin/sh\n# shellcheck disable=SC2999\nBAD\nBAD\n", "script")).toMatchObject({ found: [] });
  });

  test("by file-ignore, hadolint's global form and check=skip is the whole file", () => {
    expect(lines("BAD\n# policy file-ignore=TST001\n", "dockerfile").found).toEqual([]);
    expect(lines("# hadolint global ignore=DL3999\nBAD\n", "dockerfile").found).toEqual([]);
    expect(lines("# check=skip=BadCheck\nBAD\n", "dockerfile").found).toEqual([]);
  });

  test("are the names of peers, too", () => {
    expect(lines("# policy ignore=DL3999\nRUN BAD\n# trivy:ignore:AVD-DS-0099\nRUN BAD\n", "dockerfile").found).toEqual(
      [],
    );
  });
});

describe("an exception", () => {
  test("that nothing needs is reported, but not one in a peer's form", () => {
    const text = "# policy ignore=TST001\nRUN a\n# hadolint ignore=DL3999\nRUN a\n";
    expect(lines(text, "dockerfile").said).toEqual([expect.stringMatching(/^IGN001 nothing is found here for TST001/)]);
  });

  test("for a rule that there is not is a mistake", () => {
    expect(lines("# policy ignore=TST0001\nRUN a\n", "dockerfile").said).toEqual([
      "IGN001 there is no rule TST0001 to ignore",
    ]);
  });

  test("that has ended does not count", () => {
    const text = "# policy ignore=TST001 until=2026-11-21 -- x\nRUN BAD\n";
    expect(lines(text, "dockerfile")).toMatchObject({ found: [2], said: [expect.stringContaining("2026-11-21")] });
    expect(lines(text.replace("11-21", "11-22"), "dockerfile")).toMatchObject({ found: [], said: [] });
  });

  test("without a reason does not count where one is demanded", () => {
    expect(lines("# policy ignore=TST001\nRUN BAD\n", "dockerfile", NCCS)).toMatchObject({ found: [2], quiet: [] });
    expect(lines("# policy ignore=TST001 -- why\nRUN BAD\n", "dockerfile", NCCS)).toMatchObject({
      found: [],
      said: [],
    });
  });

  test("does not count for a rule that is locked", () => {
    const practices = { ...GENERIC.practices, ignores: { allowed: true, reasons: false, locked: ["TST*"] } };
    const result = lines("# policy ignore=TST001\nRUN BAD\n", "dockerfile", { ...GENERIC, practices });
    expect(result).toMatchObject({ found: [2], said: ["IGN003 TST001 may not be ignored by a comment"] });
  });

  test("does not count where comments may ignore nothing", () => {
    const practices = { ...GENERIC.practices, ignores: { allowed: false, reasons: false, locked: [] } };
    const result = lines("# hadolint ignore=DL3999\nRUN BAD\n", "dockerfile", { ...GENERIC, practices });
    expect(result).toMatchObject({ found: [2], said: [expect.stringMatching(/^IGN003/)] });
  });
});

test("a whole text is checked with its comments", () => {
  const text = "FROM debian:13.1\n# policy ignore=TOO004 -- the base has no root\nRUN sudo true\n";
  const { findings, quiet } = lintQuietly({ name: "Dockerfile", text }, { policy: GENERIC, facts: { now: NOW } });
  expect(quiet.map(({ finding, reason }) => [finding.rule, reason])).toEqual([["TOO004", "the base has no root"]]);
  expect(findings.map(({ rule }) => rule)).not.toContain("TOO004");
});

test("findings of other engines stand back behind ours at the same place, and have the weights of the policy", () => {
  const source = { name: "Dockerfile", text: "FROM debian:13.1\nRUN sudo true\n" };
  const other = (rule: string, start: number): Finding => ({
    ...{ rule, severity: "warning", message: "m", pointer: "", certainty: "likely" },
    place: { source, range: { start, end: start + 4 } },
  });
  const severities = new Map([...GENERIC.severities, ["SC1002", "off"] as const, ["SC1003", "error"] as const]);
  const others = { findings: [other("DL3004", 21), other("SC1002", 0), other("SC1003", 0)], asked: [] };
  const { findings } = lintQuietly(source, { policy: { ...GENERIC, severities }, others });
  const foreign = findings.filter(({ rule }) => /^(DL|SC)\d/.test(rule));
  expect(foreign.map(({ rule, severity }) => [rule, severity])).toEqual([["SC1003", "error"]]);
});
