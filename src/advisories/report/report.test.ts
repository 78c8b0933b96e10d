import { describe, expect, test, vi } from "vitest";
import { sarifErrors } from "../../../tests/support/sarif.ts";
import { reaches, scoreOfVector, severityOfWord } from "../severity.ts";
import type { Flaw, ScanReport } from "../types.ts";
import { sarifReport } from "./sarif.ts";
import { ttyReport } from "./tty.ts";

const FLAW: Flaw = {
  ...{ id: "CVE-2026-1", aliases: ["GHSA-1"], purls: ["pkg:pypi/a@1", "pkg:pypi/b@1"], name: "a", installed: "1" },
  ...{ severity: "critical", score: 9.8, state: "affected", exploited: true, certainty: "likely", foundBy: ["grype"] },
  ...{ summary: "words \x1b[2J", evidence: ["opt/a b/METADATA"] },
};
const REPORT: ScanReport = {
  date: "2026-07-10T00:00:00Z",
  database: { date: "2026-07-01T00:00:00Z", digest: undefined, ageDays: 9, ecosystems: [], missing: ["Debian:13"] },
  engines: [{ name: "trivy", version: undefined, failure: "it is not installed" }],
  flaws: [FLAW],
  unsupported: [{ purl: "pkg:deb/debian/x@1", name: "wolfssl", kind: "ended", note: "" }],
  packages: 3,
  unmatched: { noSource: 1, notInStore: 2, thirdParty: 3, unreadableVersion: 4 },
  gaps: ["var/lib/rpm: damaged\x07"],
};
const LOOK = { color: false, target: "img.sif", maxAgeDays: 5 };

describe("for people", () => {
  test("everything that keeps a scan from being whole is said", () => {
    const text = ttyReport(REPORT, [FLAW], LOOK);
    for (const words of [
      "critical CVE-2026-1  a 1  (CVSS 9.8, used by attackers, likely, found by grype)",
      "no fix yet, in 2 packages",
      "img.sif: 1 critical in 0 of 3 packages",
      "The advisories are 9 days old: berth advisories update",
      "Not in the store: Debian:13",
      "2 packages were not looked up",
      "3 packages are of another maker",
      "4 packages have a version that cannot be compared",
      "wolfssl gets no security support any more",
      "trivy failed: it is not installed",
    ])
      expect(text).toContain(words);
  });

  test("no word of an image or a mirror reaches the terminal as a command, or turns its letters round", () => {
    const turned = ttyReport(REPORT, [{ ...FLAW, name: "a\u202eb\u200b" }], LOOK);
    expect(turned).toContain("a?b? 1");
    expect(ttyReport(REPORT, [FLAW], LOOK)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  });

  test("colours come only where they are wanted", () => {
    expect(ttyReport(REPORT, [FLAW], { ...LOOK, color: true })).toContain("\x1b[1;31mcritical\x1b[0m");
  });
});

test("for code hosts, a flaw is a rule, and one that does not count is suppressed", () => {
  const suppressed = { by: "waiver", reason: "later", owner: "a", until: "2027-01-01", source: "w.yaml" } as const;
  const text = sarifReport(REPORT, [{ ...FLAW, suppressed }], { target: "img.sif", version: "1" });
  expect(sarifErrors(text)).toEqual([]);
  expect(sarifErrors(sarifReport(REPORT, [], { target: "oci:a b", version: "1" }))).toEqual([]);
  const log = JSON.parse(text);
  expect(log.runs[0].tool.driver.rules).toMatchObject([
    { id: "CVE-2026-1", properties: { "security-severity": "9.8" } },
  ]);
  expect(log.runs[0].results).toMatchObject([
    {
      ...{ ruleId: "CVE-2026-1", ruleIndex: 0, level: "error" },
      locations: [{ physicalLocation: { artifactLocation: { uri: "opt/a%20b/METADATA" } } }],
      suppressions: [{ justification: "later" }],
    },
  ]);
});

describe("severities", () => {
  test.each([
    ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8],
    ["CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1],
    ["CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3],
    ["AV:N/AC:L/Au:N/C:P/I:P/A:P", 7.5],
    ["CVSS:3.1/AV:N", undefined],
    ["CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0],
    ["CVSS:4.0/AV:N", undefined],
    ["no vector", undefined],
    ["CVSS:9.9/AV:N", undefined],
  ])("of %s: %s", (vector, score) => {
    expect(scoreOfVector(vector)).toBe(score);
  });

  test("of vectors that hold orders for a terminal are none, and nothing of them is shown", () => {
    const shown = vi.spyOn(console, "warn");
    for (const vector of ["CVSS:3.1/\x1b[2J:/AV:N", "CVSS:3.1/:/a:b:c", "CVSS:3.1/AV:N/\u202e:x"])
      expect(scoreOfVector(vector)).toBeUndefined();
    expect(shown).not.toHaveBeenCalled();
    shown.mockRestore();
  });

  test("in vendors' words are on one scale", () => {
    expect(["Important", "MODERATE", "low**", "unimportant", "not yet assigned"].map(severityOfWord)).toEqual([
      ...["high", "medium", "low", "low"],
      undefined,
    ]);
  });

  test("that nobody knows count as medium", () => {
    expect([reaches("unknown", "medium"), reaches("unknown", "high"), reaches("high", "high")]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
