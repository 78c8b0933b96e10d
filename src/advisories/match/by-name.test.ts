// Packages of Spack, EasyBuild and conda that only share a name with what advisories speak of.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Ecosystem } from "../../audit/types.ts";
import { sarifReport } from "../report/sarif.ts";
import { ttyReport } from "../report/tty.ts";
import { scanCatalogue } from "../scan.ts";
import { importFile } from "../store/import.ts";
import type { AdvisoryStore } from "../store/store.ts";
import { catalogueOf, NOW, packageOf } from "../testing.ts";
import { compareTag } from "../versions/tag.ts";

let dir: string;
let store: AdvisoryStore;

const affected = (ecosystem: string, name: string, fixed?: string) => ({
  package: { ecosystem, name },
  ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, ...(fixed === undefined ? [] : [{ fixed }])] }],
});
const record = (id: string, cve: string, ...entries: readonly object[]) => ({
  ...{ id, modified: "2026-07-01T00:00:00Z", aliases: [cve], affected: entries },
});

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-by-name-"));
  const records = [
    record(
      "DEBIAN-1",
      "CVE-2026-1",
      affected("Debian:13", "openssl", "3.0.17-1"),
      affected("Debian:12", "openssl", "9"),
    ),
    record("DEBIAN-2", "CVE-2026-2", affected("Debian:13", "openssl")),
    record("ALPINE-1", "CVE-2026-1", affected("Alpine:v3.22", "openssl", "3.0.17-r2")),
    record("DEBIAN-3", "CVE-2026-3", affected("Debian:13", "xz-utils", "1:5.6.2+dfsg-1")),
    record("PYSEC-1", "CVE-2026-4", affected("PyPI", "torch", "2.6.0")),
    record("RSEC-1", "CVE-2026-5", affected("CRAN", "jsonlite", "1.9")),
    record("OSV-2026-6", "CVE-2026-6", {
      package: { ecosystem: "OSS-Fuzz", name: "hdf5" },
      ranges: [{ type: "GIT", repo: "https://example.org/hdf5", events: [{ introduced: "0" }] }],
      versions: ["hdf5-1_14_3", "hdf5-1_14_2"],
    }),
  ];
  await writeFile(join(dir, "records.json"), JSON.stringify(records));
  store = await importFile(join(dir, "store"), join(dir, "records.json"), { now: () => NOW });
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function scan(ecosystem: Ecosystem, name: string, version: string, possible = true) {
  const catalogue = catalogueOf(undefined, [packageOf(ecosystem, name, version)]);
  return await scanCatalogue(catalogue, { store, now: NOW, version: "1", possible });
}
const idsOf = async (...thing: readonly [Ecosystem, string, string]) =>
  (await scan(...thing)).possible?.map(({ id }) => id);

describe("a package without advisories", () => {
  test("is measured by the upstream versions of a namesake, whoever names the flaw", async () => {
    const { possible, flaws, unmatched } = await scan("spack", "openssl", "3.0.15");
    expect(flaws).toEqual([]);
    expect(unmatched.noSource).toBe(1);
    expect(possible).toMatchObject([
      { id: "CVE-2026-1", aliases: ["ALPINE-1", "DEBIAN-1"], fixed: "3.0.17", certainty: "possible", name: "openssl" },
    ]);
  });

  test("is free of what ended before it, and of flaws whose end nobody tells", async () => {
    expect(await idsOf("easybuild", "OpenSSL", "3.0.17")).toEqual([]);
    expect(await idsOf("easybuild", "OpenSSL", "1.1.1w")).toEqual(["CVE-2026-1"]);
  });

  test.each<readonly [Ecosystem, string, string, string]>([
    ["spack", "xz", "5.6.1", "CVE-2026-3"],
    ["conda", "xz", "5.6.1", "CVE-2026-3"],
    ["spack", "py-torch", "2.5.1", "CVE-2026-4"],
    ["easybuild", "PyTorch", "2.5.1", "CVE-2026-4"],
    ["spack", "r-jsonlite", "1.8.8", "CVE-2026-5"],
    ["spack", "hdf5", "1.14.3", "CVE-2026-6"],
  ])("is found under the name that others have for it: %s %s %s", async (ecosystem, name, version, id) => {
    expect(await idsOf(ecosystem, name, version)).toEqual([id]);
  });

  test("of a branch, or of a name that nobody else has, gives nothing", async () => {
    expect(await idsOf("spack", "openssl", "develop")).toEqual([]);
    expect(await idsOf("spack", "constructor", "1")).toEqual([]);
    expect(await idsOf("spack", "hdf5", "1.14.4")).toEqual([]);
  });

  test("is looked up by name only when somebody asks, and never makes the set old or wanting", async () => {
    const unasked = await scan("spack", "openssl", "3.0.15", false);
    expect(unasked.possible).toBeUndefined();
    const { database } = await scan("spack", "openssl", "3.0.15");
    expect(database).toEqual(unasked.database);
  });

  test("is told of apart from what counts", async () => {
    const report = await scan("spack", "openssl", "3.0.15");
    const text = ttyReport(report, [], { color: false, target: "x.sif", maxAgeDays: 99 });
    expect(text).toContain("x.sif: no known flaws in 0 of 1 packages\nPossible, by name only, and not counted: 1\n");
    expect(text).toContain("  CVE-2026-1  openssl 3.0.15  (unknown, ended with 3.0.17)\n");
    const { runs } = JSON.parse(sarifReport(report, [], { target: "x.sif", version: "1" }));
    expect(runs[0].results).toMatchObject([{ ruleId: "CVE-2026-1", kind: "review", level: "none" }]);
  });
});

test.each([
  ["OpenSSL_1_1_1w", "1.1.1w", 0],
  ["OpenSSL_1_1_1w", "openssl-1.1.1v", 1],
  ["pcre2-10.42", "10.43", -1],
  ["curl-7_88_1", "7.88.1", 0],
  ["VER-2-13-0", "2.12.1", 1],
  ["v2.9.14-rc1", "2.9.14", -1],
  ["openssl-3.0.0-alpha10", "openssl-3.0.0-beta1", -1],
  ["main", "1.0", undefined],
] as const)("tag %s beside %s", (a, b, order) => expect(compareTag(a, b)).toBe(order));
