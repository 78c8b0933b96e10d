// Whatever a mirror, a maker's document or an engine says: it is read or left out, and never stops berth.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ENGINE_TABLE, ENGINES } from "./engines/engines.ts";
import { installedIn } from "./engines/installed.ts";
import { csafStatements } from "./judge/csaf.ts";
import { severityOfWord } from "./severity.ts";
import { exploitedList } from "./store/exploited.ts";
import { advisoriesOf } from "./store/osv-record.ts";
import { readSupport, supportList } from "./store/support.ts";
import { catalogueOf } from "./testing.ts";

const WORDS = [
  ...["id", "modified", "affected", "package", "ecosystem", "name", "ranges", "type", "events", "introduced", "fixed"],
  ...[
    "versions",
    "severity",
    "score",
    "aliases",
    "related",
    "withdrawn",
    "summary",
    "database_specific",
    "vulnerabilities",
  ],
  ...["product_tree", "branches", "product_status", "known_not_affected", "Results", "Vulnerabilities", "matches"],
  ...[
    "vulnerability",
    "artifact",
    "results",
    "packages",
    "SchemaVersion",
    "VulnerabilityID",
    "fix",
    "__proto__",
    "cve",
  ],
];
const VALUES = [
  "CVE-2026-1",
  "Debian:12",
  "PyPI",
  "0",
  "1.2",
  "ECOSYSTEM",
  "2026-01-01T00:00:00Z",
  "constructor",
  "\u0000",
];
const leaf = fc.oneof(fc.constantFrom(...VALUES), fc.constantFrom(null, 2, -1, true), fc.string({ maxLength: 5 }));
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    leaf,
    fc.dictionary(fc.constantFrom(...WORDS), tie("tree"), { maxKeys: 8 }),
    fc.array(tie("tree"), { maxLength: 4 }),
  ),
}));
const document = fc.dictionary(fc.constantFrom(...WORDS), tree, { maxKeys: 10 });
const check = (read: (value: unknown) => unknown) =>
  fc.assert(
    fc.property(document, (value) => {
      read(value);
    }),
    { numRuns: 500, seed: 8 },
  );

describe("any document ends in an answer:", () => {
  test("of OSV", () => check(advisoriesOf));
  test("of CSAF", () => check((value) => csafStatements(value as Readonly<Record<string, unknown>>, "x")));
  test("of exploited flaws", () => check((value) => exploitedList(Buffer.from(JSON.stringify(value)))));
  test("of security support", () => check(readSupport));
  test.each(ENGINES)("of %s", (engine) => {
    const installed = installedIn(catalogueOf(undefined, []));
    check((value) => ENGINE_TABLE[engine].read(value, installed));
    check((value) =>
      ENGINE_TABLE[engine].read({ SchemaVersion: 2, Results: [value], matches: [value], results: [value] }, installed),
    );
  });
});

test("any text is a table of security support, if an empty one", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      supportList("security-support-ended.deb12", text, undefined);
    }),
    { numRuns: 300, seed: 9 },
  );
});

test("names that objects have by themselves mean nothing", () => {
  expect(severityOfWord("constructor")).toBeUndefined();
});

test("what a record says of packages is what is kept, and nothing of commits", () => {
  const record = (affected: object, more: object = {}) => ({
    id: "X-1",
    modified: "2026-01-01T00:00:00Z",
    affected: [affected],
    ...more,
  });
  const about = { package: { ecosystem: "PyPI", name: "A_b.C" } };
  const git = { ranges: [{ type: "GIT", events: [{ introduced: "0" }] }] };
  expect(advisoriesOf(record({ ...about, ...git }))).toEqual([]);
  expect(advisoriesOf(record({ ...about, versions: ["1"] }, { withdrawn: "2026-02-01T00:00:00Z" }))).toEqual([]);
  expect(advisoriesOf(record({ ...about, versions: ["1"] }))).toMatchObject([{ ecosystem: "PyPI", name: "a-b-c" }]);
  expect(advisoriesOf(record({ package: { ecosystem: "Unheard of", name: "a" }, versions: ["1"] }))).toEqual([]);
  for (const ecosystem of [`Debian:${"1".repeat(200)}`, "Debian:\ud800", "Debian:\u2028"])
    expect(advisoriesOf(record({ package: { ecosystem, name: "a" }, versions: ["1"] }))).toEqual([]);
  expect(advisoriesOf({ id: "X-1" })).toBeUndefined();
});
