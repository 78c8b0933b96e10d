// `berth advisories` and `berth scan` as a user calls them, from source: a store from files, a signed set through a real registry,
// an image in layers and as a bill of materials, and each exit status.

import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeLayout } from "../support/oci-image.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";
import { sarifErrors } from "../support/sarif.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");
const FIXTURES = join(import.meta.dirname, "fixtures");
const STATUS = [
  "Package: libssl3\nStatus: install ok installed\nVersion: 3.0.11-1~deb12u2\nArchitecture: amd64\nSource: openssl\n",
  "Package: bash\nStatus: install ok installed\nVersion: 5.2.15-2\nArchitecture: amd64\n",
].join("\n");
const TORCH = { name: "pytorch", version: "2.5.1", build: "py3.12_0", channel: "conda-forge", subdir: "linux-64" };

let work: string;
let site: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "berth-scan-test-"));
  site = join(work, "site.yaml");
  writeFileSync(site, `advisories: {path: ${join(work, "store")}, maxAge: 9000d}\n`);
  await writeLayout(join(work, "layout"), {
    bad: {
      layers: [
        {
          entries: [
            { path: "etc/os-release", content: 'ID=debian\nVERSION_ID="12"\n' },
            { path: "var/lib/dpkg/status", content: STATUS },
          ],
        },
        { entries: [{ path: "opt/env/conda-meta/pytorch-2.5.1-py3.12_0.json", content: JSON.stringify(TORCH) }] },
      ],
    },
    clean: { layers: [{ entries: [{ path: "etc/os-release", content: 'ID=debian\nVERSION_ID="12"\n' }] }] },
  });
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

function berth(args: readonly string[], env: Readonly<Record<string, string>> = {}): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [MAIN, ...args], {
    cwd: work,
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin", HOME: work, BERTH_SITE_CONFIG: site, BERTH_CACHEDIR: join(work, "cache"), ...env },
  });
}

interface Shown {
  readonly flaws: readonly { readonly id: string; readonly severity: string; readonly layer?: string }[];
  readonly database: { readonly missing: readonly string[] };
}

function json(args: readonly string[]): Shown {
  return JSON.parse(berth(["scan", ...args, "--format", "json"]).stdout) as Shown;
}

test("without advisories a scan fails, and says what to do", () => {
  const done = berth(["scan", "oci:layout:bad"]);
  expect(done.status).toBe(3);
  expect(done.stderr).toMatch(/there are no advisories in .*\n.*berth advisories update/);
});

describe("with advisories", () => {
  beforeAll(() => {
    for (const path of ["osv", "exploited.json"])
      expect(berth(["advisories", "import", join(FIXTURES, path)])).toMatchObject({ status: 0 });
  });

  test("an image's flaws are found in its packages, with the layer that brought them", () => {
    const { flaws, database } = json(["oci:layout:bad"]);
    expect(flaws.map(({ id, severity }) => `${id} ${severity}`)).toEqual([
      "CVE-2026-16003 critical",
      "CVE-2026-11001 critical",
      "CVE-2026-11002 low",
      "CVE-2026-11005 unknown",
      "CVE-2026-11003 unknown",
    ]);
    expect(new Set(flaws.map(({ layer }) => layer)).size).toBe(2);
    expect(database.missing).toEqual([]);
  });

  test("flaws end with 1, from the severity on that was asked for, and a clean image with 0", () => {
    expect(berth(["scan", "oci:layout:bad", "--min-severity", "critical"]).status).toBe(1);
    expect(berth(["scan", "oci:layout:clean"])).toMatchObject({
      status: 0,
      stdout: "oci:layout:clean: no known flaws in 0 packages\n",
    });
  });

  test("flaws without a fix are left out when that is asked for", () => {
    const ids = json(["oci:layout:bad", "--ignore-unfixed"]).flaws.map(({ id }) => id);
    expect(ids).toEqual(["CVE-2026-16003", "CVE-2026-11001", "CVE-2026-11003"]);
  });

  test("a wrong call ends with 2, a missing engine with 3, and a doubt with 4 when nothing may be in doubt", () => {
    expect(berth(["scan"]).status).toBe(2);
    expect(berth(["scan", "oci:layout:bad", "--min-severity", "huge"]).status).toBe(2);
    expect(berth(["scan", "no-such.json"]).status).toBe(2);
    expect(berth(["scan", "oci:layout:clean", "--engine", "trivy"])).toMatchObject({
      status: 3,
      stderr: expect.stringContaining("trivy failed: it is not installed"),
    });
    writeFileSync(
      join(work, "alpine.json"),
      bill([{ name: "zlib", version: "1.3-r0", purl: "pkg:apk/alpine/zlib@1.3-r0?distro=alpine-3.99" }]),
    );
    expect(berth(["scan", "alpine.json", "--strict"]).status).toBe(4);
    expect(berth(["scan", "alpine.json"]).status).toBe(0);
  });

  test("what makers and the site say of flaws counts, and is shown", () => {
    const vex = {
      author: "Maker",
      statements: [{ vulnerability: "CVE-2026-16003", status: "not_affected", products: ["pkg:conda/pytorch"] }],
    };
    writeFileSync(join(work, "vex.json"), JSON.stringify(vex));
    const waiver = (id: string) => `  - {id: ${id}, owner: alice, reason: for tests, until: 2999-01-01}\n`;
    const ids = ["CVE-2026-11001", "CVE-2026-11002", "CVE-2026-11003"];
    const old = "  - {id: CVE-2026-11005, owner: alice, reason: over, until: 2020-01-01}\n";
    writeFileSync(join(work, "waivers.yaml"), `waivers:\n${ids.map(waiver).join("")}${old}`);
    const done = berth(["scan", "oci:layout:bad", "--vex", "vex.json", "--waivers", "waivers.yaml"]);
    expect(done.status).toBe(1);
    expect(done.stdout).toContain("not counted: for tests (waiver, until 2999-01-01)");
    expect(done.stdout).toContain("oci:layout:bad: 1 unknown in 3 packages\n4 do not count by VEX or waiver\n");
    expect(done.stderr).toContain("waivers.yaml: the waiver of CVE-2026-11005 ended on 2020-01-01");
  });

  test("what the site's configuration says holds for every scan, and status shows it", () => {
    const told = join(work, "told.yaml");
    const settings = "vex: [vex.json], waivers: [waivers.yaml], engines: [grype], possible: true";
    writeFileSync(told, `advisories: {path: ${join(work, "store")}, maxAge: 9000d, ${settings}}\n`);
    const env = { BERTH_SITE_CONFIG: told };
    const done = berth(["scan", "oci:layout:bad"], env);
    expect(done.stdout).toContain("oci:layout:bad: 1 unknown in 3 packages\n4 do not count by VEX or waiver\n");
    expect(done).toMatchObject({ status: 3, stderr: expect.stringContaining("grype failed: it is not installed") });
    expect(berth(["advisories", "status"], env).stdout).toContain(
      `Every scan asks grype, too\nVEX:         ${join(work, "vex.json")}\nWaivers:     ${join(work, "waivers.yaml")}\n`,
    );
    rmSync(join(work, "waivers.yaml"));
    expect(berth(["scan", "oci:layout:bad"], env)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("waivers.yaml is no list of waivers"),
    });
  });

  test("a bill of materials of the image gives the same flaws", () => {
    expect(berth(["sbom", "oci:layout:bad", "--output", "bill.json"]).status).toBe(0);
    const ids = (target: string) => json([target]).flaws.map(({ id }) => id);
    expect(ids("bill.json")).toEqual(ids("oci:layout:bad"));
  });

  test("code hosts get SARIF with a result for each flaw", () => {
    const done = berth(["scan", "oci:layout:bad", "--format", "sarif", "--output", "out.sarif"]);
    expect(done).toMatchObject({ status: 1, stdout: "" });
    const text = readFileSync(join(work, "out.sarif"), "utf8");
    expect(sarifErrors(text)).toEqual([]);
    const { runs } = JSON.parse(text) as {
      readonly runs: readonly { readonly results: readonly { readonly ruleId: string; readonly level: string }[] }[];
    };
    expect(runs[0]?.results.map(({ level }) => level)).toEqual(["error", "error", "note", "warning", "warning"]);
  });

  test("the status tells dates and counts, and ends with 1 when the set is older than the site allows", () => {
    expect(berth(["advisories", "status"])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/Debian:12: \d/),
    });
    const strict = join(work, "strict.yaml");
    writeFileSync(strict, `advisories: {path: ${join(work, "store")}, maxAge: 5d}\n`);
    const env = { BERTH_SITE_CONFIG: strict };
    expect(berth(["advisories", "status", "--json"], env)).toMatchObject({ status: 1 });
    expect(berth(["scan", "oci:layout:clean", "--strict"], env).status).toBe(4);
  });
});

function bill(components: readonly object[]): string {
  const os = { type: "operating-system", name: "alpine", version: "3.99" };
  const libraries = components.map((one) => ({ type: "library", ...one }));
  return JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", version: 1, components: [os, ...libraries] });
}

describe.skipIf(!hasRegistry)("a closed site (skipped where docker-registry is missing)", () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(async () => await registry.stop());

  test("gets its set from its registry, and takes only what its own key has signed", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    mkdirSync(join(work, "closed"));
    const [key, pub, config] = ["key.pem", "pub.pem", "site.yaml"].map((name) => join(work, "closed", name));
    writeFileSync(key ?? "", privateKey.export({ type: "pkcs8", format: "pem" }));
    writeFileSync(pub ?? "", publicKey.export({ type: "spki", format: "pem" }));
    writeFileSync(config ?? "", `advisories: {path: ${join(work, "closed/store")}, keys: [${pub}]}\n`);
    const inside = { BERTH_SITE_CONFIG: config ?? "" };
    const image = `${registry.host}/site/advisories:latest`;
    const outside = ["--store", join(work, "outside")];
    const importing = ["advisories", "import", join(FIXTURES, "osv/pypi.json"), ...outside];

    expect(berth(importing).status).toBe(0);
    expect(berth(["advisories", "push", image, "--no-https", ...outside])).toMatchObject({ status: 0 });
    expect(berth(["advisories", "pull", image, "--no-https"], inside)).toMatchObject({
      status: 3,
      stderr: expect.stringContaining("there is no signature"),
    });
    expect(berth([...importing, "--sign-key", key ?? ""]).status).toBe(0);
    const pushed = berth(["advisories", "push", image, "--no-https", ...outside]);
    expect(pushed.stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/);
    expect(berth(["advisories", "pull", image, "--no-https"], inside)).toMatchObject({ status: 0 });
    expect(berth(["advisories", "status"], inside).stdout).toMatch(/Signed: +by a key of the site/);
    expect(berth(["advisories", "import", join(FIXTURES, "osv/go.json")], inside)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--sign-key"),
    });
  });
});

test("an import that is killed leaves the advisories as they were", async () => {
  const root = join(work, "killed");
  expect(berth(["advisories", "import", join(FIXTURES, "osv"), "--store", root]).status).toBe(0);
  const before = readFileSync(join(root, "current"), "utf8");
  const many = Array.from({ length: 60_000 }, (_, at) => ({
    ...{ id: `X-${at}`, modified: "2026-07-01T00:00:00Z" },
    affected: [{ package: { ecosystem: "PyPI", name: `p${at}` }, versions: ["1"] }],
  }));
  writeFileSync(join(work, "many.json"), JSON.stringify(many));
  const args = [MAIN, "advisories", "import", join(work, "many.json"), "--store", root];
  const child = spawn(process.execPath, args, { stdio: "ignore", env: { ...process.env, BERTH_SITE_CONFIG: site } });
  const ended = new Promise((resolve) => child.on("close", resolve));
  // The draft is there when the work has begun.
  while (
    !readdirSync(join(root, "generations")).some((name) => name.startsWith(".partial-")) &&
    child.exitCode === null
  )
    await new Promise((resolve) => setImmediate(resolve));
  child.kill("SIGKILL");
  await ended;
  expect(readFileSync(join(root, "current"), "utf8")).toBe(before);
  expect(berth(["advisories", "import", join(FIXTURES, "osv"), "--store", root]).status).toBe(0);
  expect(readdirSync(join(root, "generations")).filter((name) => name.startsWith("."))).toEqual([]);
});
