// `berth sbom` as a user calls it, from source: an image in layers, the same image as one file, and bills in each other's form.

import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestImage, whiteout, writeLayout } from "../support/oci-image.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");
const NUMPY = { name: "numpy", version: "1.26.4", build: "py312_0", channel: "conda-forge", subdir: "linux-64" };
const metadata = (name: string, version: string) => `Name: ${name}\nVersion: ${version}\nLicense: MIT\n\nText.\n`;

const IMAGE: TestImage = {
  layers: [
    {
      compression: "zstd",
      entries: [
        { path: "etc/os-release", type: "symlink", target: "../usr/lib/os-release" },
        { path: "usr/lib/os-release", content: 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n' },
        {
          path: "var/lib/dpkg/status",
          content: "Package: libssl3\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\nSource: openssl\n",
        },
        { path: "opt/app/gone-1.dist-info/METADATA", content: metadata("gone", "1") },
        { path: "opt/env/pkgs/six/six-1.dist-info/METADATA", content: metadata("six", "1") },
      ],
    },
    {
      entries: [
        whiteout("opt/app/gone-1.dist-info"),
        {
          path: "var/lib/dpkg/status",
          content: "Package: libssl3\nStatus: install ok installed\nVersion: 2\nArchitecture: amd64\nSource: openssl\n",
        },
        { path: "opt/env/conda-meta/numpy-1.26.4-py312_0.json", content: JSON.stringify(NUMPY) },
        { path: "opt/app/kept-1.dist-info/METADATA", content: metadata("kept", "1") },
        { path: "opt/app/same-1.dist-info/METADATA", type: "link", target: "opt/app/kept-1.dist-info/METADATA" },
      ],
    },
  ],
};
const PURLS = [
  "pkg:conda/numpy@1.26.4?build=py312_0&channel=conda-forge&subdir=linux-64",
  "pkg:deb/debian/libssl3@2?arch=amd64&distro=debian-12",
  "pkg:pypi/kept@1",
  "pkg:pypi/kept@1",
];

let work: string;
beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "berth-sbom-test-"));
  await writeLayout(join(work, "layout"), {
    "1": IMAGE,
    torn: { layers: [{ entries: [{ path: "var/lib/rpm/rpmdb.sqlite", content: "torn" }] }] },
  });
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

function berth(args: readonly string[], env: Readonly<Record<string, string>> = {}): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
    cwd: work,
    env: { PATH: process.env["PATH"], HOME: work, BERTH_CACHEDIR: join(work, "cache"), BERTH_TMPDIR: work, ...env },
  });
}

function purls({ stdout }: SpawnSyncReturns<string>): readonly (string | undefined)[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => line.split("\t")[0]);
}

describe("berth sbom", () => {
  test("tells what is installed in the end, whatever lower layers had", () => {
    const ran = berth(["sbom", "--format", "list", "oci:layout:1"]);
    expect({ status: ran.status, purls: purls(ran) }).toEqual({ status: 0, purls: PURLS });
  });

  test("tells the same of the image as one file", () => {
    expect(berth(["pull", "app.sif", "oci:layout:1"]).status).toBe(0);
    expect(purls(berth(["sbom", "--format", "list", "app.sif"]))).toEqual(PURLS);
  });

  test("writes CycloneDX that its schema allows, and names the layer of each package", async () => {
    const { stdout } = berth(["sbom", "oci:layout:1"]);
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(stdout)).toBeNull();
    const { components } = JSON.parse(stdout) as {
      components: { name: string; evidence?: { occurrences: object[] } }[];
    };
    const libssl = components.find(({ name }) => name === "libssl3");
    expect(libssl?.evidence?.occurrences).toEqual([
      { location: "var/lib/dpkg/status", additionalContext: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
    ]);
  });

  test("writes the same bytes every time, with the moment of SOURCE_DATE_EPOCH", () => {
    const spdx = (env = {}) => berth(["sbom", "--format", "spdx", "oci:layout:1"], env).stdout;
    expect(spdx()).toBe(spdx());
    expect(JSON.parse(spdx({ SOURCE_DATE_EPOCH: "1700000000" }))).toMatchObject({
      creationInfo: { created: "2023-11-14T22:13:20Z" },
    });
    expect(berth(["sbom", "oci:layout:1"], { SOURCE_DATE_EPOCH: "yesterday" }).status).toBe(2);
  });

  test("turns one form into the other", () => {
    expect(berth(["sbom", "--format", "spdx", "--output", "bill.spdx.json", "oci:layout:1"]).status).toBe(0);
    expect(readFileSync(join(work, "bill.spdx.json"), "utf8")).toContain('"spdxVersion": "SPDX-2.3"');
    expect(berth(["sbom", "--output", "bill.cdx.json", "bill.spdx.json"]).status).toBe(0);
    expect(purls(berth(["sbom", "--format", "list", "bill.cdx.json"]))).toEqual(PURLS);
  });

  test("says what could not be read; with --strict by its status too", () => {
    const ran = berth(["sbom", "oci:layout:torn"]);
    expect(ran.status).toBe(0);
    expect(ran.stderr).toContain("var/lib/rpm/rpmdb.sqlite is missing from the bill");
    expect(JSON.parse(ran.stdout)).toMatchObject({ compositions: [{ aggregate: "incomplete" }] });
    expect(berth(["sbom", "--strict", "oci:layout:torn"]).status).toBe(4);
    expect(berth(["sbom", "--strict", "oci:layout:1"]).status).toBe(0);
  });

  test("refuses in a sentence what it cannot do", () => {
    writeFileSync(join(work, "other.json"), "{}");
    for (const [args, words] of [
      [["sbom", "other.json"], "other.json is no bill of materials"],
      [["sbom", "absent.json"], "cannot read absent.json"],
      [["sbom", "--format", "sdpx", "oci:layout:1"], "did you mean spdx?"],
      [["sbom", "--output", "no/such/folder/x", "other.json"], "is no bill"],
      [["sbom", "--output", "no/such/folder/x", "oci:layout:1"], "cannot write"],
    ] as const) {
      const { status, stderr } = berth(args);
      expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(words) });
      expect(stderr).not.toMatch(/\n\s+at /);
    }
  });
});
