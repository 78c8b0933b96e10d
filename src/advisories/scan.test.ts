import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Catalogue, Distribution, Package } from "../audit/types.ts";
import { ttyReport } from "./report/tty.ts";
import { scanCatalogue } from "./scan.ts";
import type { AdvisoryStore } from "./store/store.ts";
import { catalogueOf, distribution, fixtureStore, NOW, packageOf } from "./testing.ts";

let dir: string;
let store: AdvisoryStore;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-scan-"));
  store = await fixtureStore(dir);
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

const scan = async (catalogue: Catalogue) => await scanCatalogue(catalogue, { store, now: NOW, version: "1" });
const flawsOf = async (from: Distribution | undefined, ...packages: readonly Package[]) =>
  (await scan(catalogueOf(from, packages))).flaws;
const idsOf = async (from: Distribution | undefined, ...packages: readonly Package[]) =>
  (await flawsOf(from, ...packages)).map(({ id }) => id).sort();

const BOOKWORM = distribution("debian", "12");
const ROCKY = distribution("rocky", "9.4");
const libssl = (version: string, more: Partial<Package> = {}) =>
  packageOf("deb", "libssl3", version, { source: { name: "openssl", version }, ...more });

describe("packages of distributions", () => {
  test("are found by their source package, and one flaw counts once whatever names it", async () => {
    const binary = packageOf("deb", "openssl", "3.0.11-1~deb12u2");
    const flaws = await flawsOf(BOOKWORM, binary, libssl("3.0.11-1~deb12u2"));
    expect(flaws.map(({ id }) => id)).toEqual(["CVE-2026-11001", "CVE-2026-11002", "CVE-2026-11003"]);
    expect(flaws[0]).toMatchObject({
      ...{ severity: "critical", score: 9.8, state: "fixed", fixed: "3.0.17-1~deb12u1", name: "openssl" },
      aliases: ["DEBIAN-CVE-2026-11001", "DSA-99001-1"],
      purls: ["pkg:deb/libssl3@3.0.11-1~deb12u2", binary.purl],
      ...{ certainty: "certain", exploited: false, foundBy: ["berth"] },
    });
    expect(flaws.map(({ severity }) => severity)).toEqual(["critical", "low", "unknown"]);
  });

  test("of another release have other advisories", async () => {
    expect(await idsOf(distribution("debian", "11"), libssl("1.1.1n-0+deb11u4"))).toEqual(["CVE-2023-0464"]);
    expect(await idsOf(distribution("alpine", "3.20.3"), packageOf("apk", "busybox", "1.36.1-r28"))).toEqual([
      "CVE-2026-13001",
    ]);
  });

  test("that are mended are clean, to the revision", async () => {
    expect(await idsOf(BOOKWORM, libssl("3.0.17-1~deb12u1"))).toEqual(["CVE-2026-11002"]);
    expect(await idsOf(distribution("alpine", "3.20.3"), packageOf("apk", "busybox", "1.36.1-r29"))).toEqual([]);
  });

  test("without a fix say whether one may come", async () => {
    const [flaw] = await flawsOf(BOOKWORM, packageOf("deb", "bash", "5.2.15-2"));
    expect(flaw).toMatchObject({ id: "CVE-2026-11005", state: "end-of-life" });
    expect(flaw?.fixed).toBeUndefined();
  });

  test("of other makers are left alone, and counted", async () => {
    const report = await scan(
      catalogueOf(ROCKY, [packageOf("rpm", "openssl-libs", "1:3.0.7-1.el9", { origin: "Example Corp" })]),
    );
    expect(report.flaws).toEqual([]);
    expect(report.unmatched).toMatchObject({ thirdParty: 1 });
  });

  test("an update for several flaws is several flaws, each by its own name", async () => {
    const libs = packageOf("rpm", "openssl-libs", "1:3.0.7-20.el9", {
      ...{ origin: "Rocky Enterprise Software Foundation", source: { name: "openssl", version: "1:3.0.7-20.el9" } },
    });
    const flaws = await flawsOf(ROCKY, libs);
    expect([...new Set(flaws.map(({ id }) => id))].sort()).toEqual(["CVE-2026-14001", "CVE-2026-14002"]);
    expect(flaws).toHaveLength(2);
    expect(flaws[0]).toMatchObject({ severity: "high", aliases: ["RLSA-2026:1001"] });
  });

  test("of a module's stream are not measured by the numbers of packages outside of it", async () => {
    const old = (version: string) => packageOf("rpm", "nodejs", version, { origin: "Rocky" });
    expect(await idsOf(ROCKY, old("1:16.20.2-4.el9"))).toEqual([]);
    expect(await idsOf(ROCKY, old("1:20.12.0-1.module+el9.4.0+1+aaaaaaaa"))).toEqual(["CVE-2026-14003"]);
  });

  test("of Red Hat are found in all parts of the release", async () => {
    const rhel = distribution("rhel", "9.4");
    const glibc = packageOf("rpm", "glibc", "2.34-100.el9", { origin: "Red Hat, Inc." });
    expect(await flawsOf(rhel, glibc)).toMatchObject([{ id: "CVE-2026-14101", severity: "critical" }]);
  });
});

describe("packages of languages", () => {
  test.each([
    ["a range of PyPI, by normalised name", packageOf("pypi", "Jinja2", "3.1.4"), ["CVE-2026-16002"]],
    ["between two branches", packageOf("pypi", "jinja2", "2.11.3"), []],
    ["up to a last affected version", packageOf("pypi", "numpy", "1.26.0"), ["CVE-2026-16001"]],
    ["after a last affected version", packageOf("pypi", "numpy", "1.26.0.post1"), []],
    ["a listed version", packageOf("pypi", "reqeusts", "1.0.0"), ["MAL-2026-1"]],
    ["a listed version in another form", packageOf("pypi", "reqeusts", "1.0"), ["MAL-2026-1"]],
    ["before a limit", packageOf("pypi", "scipy", "1.8.9"), ["CVE-2026-16004"]],
    ["beyond a limit", packageOf("pypi", "scipy", "1.9.1"), []],
    ["R", packageOf("cran", "Rcpp", "1.0-6"), ["RSEC-2026-2"]],
    ["npm", packageOf("npm", "@scope/tool", "2.0.0-beta.1"), ["GHSA-aaaa-bbbb-cc04"]],
    ["a module of Go", packageOf("golang", "golang.org/x/net", "v0.22.0"), ["CVE-2023-45288"]],
    ["Go's standard library", packageOf("golang", "stdlib", "go1.22.1"), ["CVE-2023-45288"]],
    ["Go's standard library, mended", packageOf("golang", "stdlib", "1.21.9"), []],
    [
      "a pseudo version",
      packageOf("golang", "example.org/pseudo", "v0.0.0-20251231000000-ffffffffffff"),
      ["GO-2026-1"],
    ],
    ["Rust, between branches", packageOf("cargo", "tokio", "1.38.2"), []],
    ["Rust", packageOf("cargo", "tokio", "1.41.0"), ["CVE-2026-18001"]],
    ["Java", packageOf("maven", "org.apache.logging.log4j:log4j-core", "2.14.1"), ["CVE-2021-44228"]],
    ["Ruby, before a release", packageOf("gem", "rack", "3.0.0.beta1"), ["CVE-2026-19001"]],
    ["Julia", packageOf("julia", "HTTP", "1.9.0"), ["CVE-2026-19101"]],
    ["Bioconductor", packageOf("cran", "rhdf5lib", "1.20.0", { origin: "Bioconductor" }), ["RSEC-2026-3"]],
    ["conda's Python", packageOf("conda", "pytorch", "2.5.1"), ["CVE-2026-16003"]],
    ["conda's R", packageOf("conda", "r-commonmark", "1.7"), ["CVE-2026-17001"]],
    ["conda's libraries", packageOf("conda", "libnumpy", "1.0"), []],
  ])("%s", async (_, one, expected) => {
    expect(await idsOf(undefined, one)).toEqual(expected);
  });

  test("names of one flaw are one, and its own word for severity counts before its score", async () => {
    const flaws = await flawsOf(undefined, packageOf("pypi", "requests", "2.30.0"));
    expect(flaws).toMatchObject([
      { id: "CVE-2023-32681", aliases: ["GHSA-j8r2-6x86-q33q", "PYSEC-2023-74"], severity: "medium", fixed: "2.31.0" },
    ]);
  });

  test("what attackers use is raised", async () => {
    const flaws = await flawsOf(undefined, packageOf("pypi", "torch", "2.5.0"));
    expect(flaws).toMatchObject([{ id: "CVE-2026-16003", exploited: true, severity: "critical" }]);
  });

  test("a version that cannot be read is a likely match, never silence", async () => {
    const report = await scan(catalogueOf(undefined, [packageOf("pypi", "torch", "master-build")]));
    expect(report.flaws).toMatchObject([{ id: "CVE-2026-16003", certainty: "likely", fixed: "2.6.0" }]);
    expect(report.unmatched.unreadableVersion).toBe(1);
  });

  test("what has no advisories anywhere is counted, not called clean", async () => {
    const report = await scan(catalogueOf(undefined, [packageOf("spack", "zlib", "1.2.11")]));
    expect(report.unmatched.noSource).toBe(1);
  });
});

test("the report says what it was made with, and what was missing", async () => {
  const report = await scan(
    catalogueOf(distribution("debian", "13"), [libssl("3.5.0-1"), packageOf("pypi", "x", "1")]),
  );
  expect(report.database).toEqual({
    ...{ date: "2026-07-01T00:00:00.000Z", digest: store.digest, ageDays: 10 },
    ...{ ecosystems: ["PyPI"], missing: ["Debian:13"] },
  });
  expect(report.unmatched.notInStore).toBe(1);
});

test("packages without security support are named", async () => {
  const go = packageOf("deb", "golang-1.19-go", "1.19.8-2", { source: { name: "golang-1.19", version: "1.19.8-2" } });
  const report = await scan(catalogueOf(BOOKWORM, [packageOf("deb", "wolfssl", "5.5.4-2"), go]));
  expect(report.unsupported.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    "wolfssl ended",
    "golang-1.19 limited",
  ]);
});

test("two thousand packages are matched, those of one name each", async () => {
  const many = Array.from({ length: 2000 }, (_, at) =>
    packageOf("pypi", at % 2 === 0 ? "requests" : `p${at}`, `2.${at}`),
  );
  const { flaws } = await scan(catalogueOf(BOOKWORM, many));
  expect(new Set(flaws.map(({ name }) => name))).toEqual(new Set(["requests"]));
});

describe("a distribution that no advisories speak of", () => {
  test.each(["fedora", "ol", "amzn", "photon"])("%s is not covered, never clean", async (id) => {
    const catalogue = catalogueOf(distribution(id, "9"), [packageOf("rpm", "openssl", "3.0.1-1")]);
    const report = await scanCatalogue(catalogue, { store, now: NOW, version: "0" });
    expect(report.uncovered).toBe(`${id} 9`);
    const text = ttyReport(report, report.flaws, { color: false, target: "x", maxAgeDays: 5 });
    expect(text).toContain("no known flaws in 0 of 1 packages");
    expect(text).toContain(`Not covered: no advisories are known for ${id} 9`);
  });

  test("is covered by another engine that looked, and a known distribution is", async () => {
    const at = { store, now: NOW, version: "0" };
    const fedora = catalogueOf(distribution("fedora", "43"), [packageOf("rpm", "openssl", "3.0.1-1")]);
    const engines = [{ facts: { name: "grype", version: "1" }, candidates: [] }];
    expect((await scanCatalogue(fedora, { ...at, engines })).uncovered).toBeUndefined();
    const debian = catalogueOf(distribution("debian", "12"), [packageOf("deb", "openssl", "3.0.1-1")]);
    expect((await scanCatalogue(debian, at)).uncovered).toBeUndefined();
  });
});
