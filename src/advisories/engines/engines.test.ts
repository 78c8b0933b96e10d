import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Candidate } from "../match/candidate.ts";
import { mergeCandidates } from "../match/merge.ts";
import { catalogueOf, distribution, FIXTURES, packageOf } from "../testing.ts";
import { runs } from "../versions/testing.ts";
import { ENGINE_TABLE, ENGINES, type EngineName } from "./engines.ts";
import { installedIn } from "./installed.ts";
import { runEngines } from "./run-engines.ts";

const LIBSSL = packageOf("deb", "libssl3", "3.0.11-1~deb12u2", {
  purl: "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12",
  source: { name: "openssl", version: "3.0.11-1~deb12u2" },
  evidence: "var/lib/dpkg/status",
});
const REQUESTS = packageOf("pypi", "requests", "2.30.0");
const CATALOGUE = catalogueOf(distribution("debian", "12"), [LIBSSL, REQUESTS]);

async function answerOf(engine: EngineName): Promise<unknown> {
  return JSON.parse(await readFile(join(FIXTURES, "engines", `${engine}.json`), "utf8"));
}

async function candidatesOf(engine: EngineName): Promise<readonly Candidate[]> {
  return ENGINE_TABLE[engine].read(await answerOf(engine), installedIn(CATALOGUE)) ?? [];
}

describe("answers in the form of", () => {
  test("trivy", async () => {
    expect(await candidatesOf("trivy")).toMatchObject([
      {
        ...{ names: ["CVE-2026-11001"], mentions: ["DSA-99001-1"], purl: LIBSSL.purl, name: "openssl" },
        ...{ fixed: "3.0.17-1~deb12u1", severity: "high", score: 9.8, state: "fixed", foundBy: "trivy" },
      },
      { names: ["CVE-2026-11002"], state: "wont-fix", severity: "low" },
      { names: ["CVE-2026-16009"], purl: "pkg:pypi/seen-by-trivy@1.0", name: "seen-by-trivy" },
    ]);
  });

  test("grype", async () => {
    expect(await candidatesOf("grype")).toMatchObject([
      { names: ["CVE-2026-11001"], purl: LIBSSL.purl, state: "fixed", fixed: "3.0.17-1~deb12u1", certainty: "certain" },
      { names: ["GHSA-j8r2-6x86-q33q", "CVE-2023-32681"], purl: REQUESTS.purl, score: 6.1 },
      { names: ["CVE-2026-11008"], certainty: "likely", state: "unknown" },
    ]);
  });

  test("osv-scanner", async () => {
    expect(await candidatesOf("osv-scanner")).toMatchObject([
      {
        ...{ names: ["GHSA-j8r2-6x86-q33q", "CVE-2023-32681", "PYSEC-2023-74"], purl: REQUESTS.purl },
        ...{ severity: "medium", fixed: "2.31.0", state: "fixed" },
      },
    ]);
  });

  test.each(ENGINES)("nothing that is known are refused (%s)", (engine) => {
    for (const answer of [undefined, null, 1, [], {}, { results: 1 }, { matches: {} }, { SchemaVersion: 3 }])
      expect(ENGINE_TABLE[engine].read(answer, installedIn(CATALOGUE))).toBeUndefined();
  });
});

test("what several engines have found is one flaw, found by them", async () => {
  const all = (await Promise.all(ENGINES.map(candidatesOf))).flat();
  const flaws = mergeCandidates(all, new Set());
  const found = new Map(flaws.map((flaw) => [flaw.id, flaw.foundBy]));
  expect(found.get("CVE-2026-11001")).toEqual(["grype", "trivy"]);
  expect(found.get("CVE-2023-32681")).toEqual(["grype", "osv-scanner"]);
  expect(flaws).toHaveLength(5);
});

test("calls keep the engines off the network", () => {
  expect(ENGINE_TABLE.trivy.plan({ kind: "sbom", path: "b.json" })).toEqual(
    expect.arrayContaining(["sbom", "--offline-scan", "--skip-db-update", "--skip-java-db-update", "b.json"]),
  );
  expect(ENGINE_TABLE.grype.plan({ kind: "sif", path: "a.sif" })).toEqual(["singularity:a.sif", "-o", "json", "-q"]);
  expect(ENGINE_TABLE.grype.env).toMatchObject({ GRYPE_DB_AUTO_UPDATE: "false" });
  expect(ENGINE_TABLE["osv-scanner"].plan({ kind: "archive", path: "x.tar" })).toContain("--offline");
  expect(ENGINE_TABLE.trivy.plan({ kind: "sif", path: "a.sif" })).toBeUndefined();
});

describe("a program in the place of an engine", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "berth-engine-"));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true, force: true });
  });

  const asked = async (engine: EngineName, script: string, timeoutMs = 10_000) => {
    const path = join(dir, engine);
    await writeFile(path, `#!/bin/sh\ncase "$*" in *ersion) echo "Version: 9.8.7"; exit 0;; esac\n${script}\n`);
    await chmod(path, 0o755);
    const env = { PATH: `${dir}${delimiter}${process.env["PATH"]}` };
    const [result] = await runEngines([engine], CATALOGUE, {
      env,
      tempDir: dir,
      timeoutMs,
      bill: async () => '{"bom": 1}',
    });
    return result;
  };

  test("is given the bill of materials, and its answer and version are taken", async () => {
    const answer = join(FIXTURES, "engines/trivy.json");
    const result = await asked("trivy", `for last; do :; done; grep -q bom "$last" && cat ${answer}`);
    expect(result?.facts).toEqual({ name: "trivy", version: "9.8.7" });
    expect(result?.candidates).toHaveLength(3);
  });

  test.each<readonly [string, EngineName, string, string]>([
    ["with a failure", "trivy", "echo no database >&2; exit 1", "it ended with 1: no database"],
    ["without JSON", "grype", "echo hello", "its answer is in an unknown form"],
    ["with grype's old database", "grype", "exit 100", "it ended with 100: "],
    ["with osv-scanner's error", "osv-scanner", "exit 127", "it ended with 127: "],
  ])("that ends %s is told of", async (_, engine, script, failure) => {
    expect((await asked(engine, script))?.facts.failure).toBe(failure);
  });

  test("that takes too long is ended", async () => {
    expect((await asked("trivy", "exec sleep 60", 300))?.facts.failure).toMatch(/longer than 0\.3 seconds/);
  });

  test("that has nothing to look at has found nothing", async () => {
    expect(await asked("osv-scanner", "exit 128")).toMatchObject({ candidates: [], facts: { name: "osv-scanner" } });
  });

  test("that is not there is told of", async () => {
    const [result] = await runEngines(["grype"], CATALOGUE, { env: { PATH: dir }, tempDir: dir, bill: async () => "" });
    expect(result?.facts).toMatchObject({ name: "grype", failure: "it is not installed" });
  });
});

describe.each(ENGINES)("%s itself", (engine) => {
  const missing = !runs(engine, ENGINE_TABLE[engine].versionArgs);

  test.skipIf(missing)("answers in the form that is read (skipped where it is not installed)", async () => {
    const dir = await mkdtemp(join(tmpdir(), "berth-engine-"));
    const bill = async () => '{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[]}';
    const [result] = await runEngines([engine], CATALOGUE, { env: process.env, tempDir: dir, bill });
    await rm(dir, { recursive: true });
    expect(result?.facts.failure ?? "").not.toMatch(/unknown form/);
  });
});
