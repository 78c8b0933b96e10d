import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { purlOf } from "../packages/purl.ts";
import { catalogueOf } from "../packages/testing.ts";
import type { Catalogue } from "../types.ts";
import { writeCycloneDx } from "./cyclonedx.ts";
import { licenceExpression } from "./licence.ts";
import { readBill } from "./read-bill.ts";
import { writeSpdx } from "./spdx.ts";
import { SPDX_STRUCTURE } from "./testing.ts";

const DIGEST = `sha256:${"ab".repeat(32)}`;
const SUBJECT = {
  name: "docker://registry.example.org/lab/app:1.0",
  digest: DIGEST,
  time: 1_700_000_000,
  tool: "1.2.3",
};

const METADATA = "Name: Demo_Pkg\nVersion: 1.0+local\nLicense: my own words, see COPYING\n";
const FILES = {
  "etc/os-release":
    'PRETTY_NAME="Rocky Linux 9.4 (Blue Onyx)"\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n',
  "var/lib/dpkg/status": [
    "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc (2.36-9)\nVersion: 2:2.36-9+deb12u4\nMaintainer: A <a@example.org>\n",
    "Package: curl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 7.88.1-10\n",
  ].join("\n"),
  "opt/a/x-1.dist-info/METADATA": METADATA,
  "opt/b/x-1.dist-info/METADATA": METADATA,
  "opt/b/y-1.dist-info/METADATA": "Name: y\nVersion: 1\nLicense: MIT\n",
  "opt/conda/conda-meta/numpy.json":
    '{"name":"numpy","version":"1.26.4","build":"py_0","channel":"conda-forge","subdir":"linux-64","license":"BSD-3-Clause"}',
  "srv/node_modules/@scope/name/package.json":
    '{"name":"@scope/name","version":"1.0.0-rc.1","license":"(MIT OR Apache-2.0)"}',
  "srv/node_modules/bad/package.json": '{"name":"bad","version":"1.0.0","license":"SEE LICENSE IN ./x"}',
  "var/lib/rpm/rpmdb.sqlite": "damaged",
};
const CATALOGUE: Catalogue = layered(catalogueOf(FILES));

/** As of an image in layers. */
function layered(catalogue: Catalogue): Catalogue {
  return { ...catalogue, packages: catalogue.packages.map((pkg) => ({ ...pkg, layer: DIGEST })) };
}

const EMPTY: Catalogue = { distribution: undefined, packages: [], gaps: [] };

describe("CycloneDX 1.6", () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);

  test("is what the schema of the format asks for", async () => {
    expect(await validator.validate(writeCycloneDx(CATALOGUE, SUBJECT))).toBeNull();
    expect(await validator.validate(writeCycloneDx(EMPTY, { ...SUBJECT, digest: undefined }))).toBeNull();
  });

  test("tells of a package that lies in two places once, with both", () => {
    const document = JSON.parse(writeCycloneDx(CATALOGUE, SUBJECT)) as { components: Record<string, unknown>[] };
    const demo = document.components.filter(({ name }) => name === "demo-pkg");
    expect(demo).toMatchObject([
      {
        purl: "pkg:pypi/demo-pkg@1.0+local",
        licenses: [{ license: { name: "my own words, see COPYING" } }],
        evidence: {
          occurrences: [{ location: "opt/a/x-1.dist-info/METADATA" }, { location: "opt/b/x-1.dist-info/METADATA" }],
        },
      },
    ]);
    const libc = document.components.find(({ name }) => name === "libc6");
    expect(libc?.["purl"]).toBe(
      "pkg:deb/rocky/libc6@2:2.36-9+deb12u4?arch=amd64&distro=rocky-9.4&upstream=glibc%402.36-9",
    );
  });
});

describe("SPDX 2.3", () => {
  test("has the structure that the specification asks for", () => {
    const ajv = addFormats.default(new Ajv.Ajv({ strict: false, allErrors: true }));
    const validate = ajv.compile(SPDX_STRUCTURE);
    for (const document of [writeSpdx(CATALOGUE, SUBJECT), writeSpdx(EMPTY, { ...SUBJECT, digest: undefined })]) {
      validate(JSON.parse(document));
      expect(validate.errors).toBeNull();
    }
  });

  test("names every element once, and relates only what is there", () => {
    const document = JSON.parse(writeSpdx(CATALOGUE, SUBJECT)) as {
      packages: { SPDXID: string; licenseDeclared: string }[];
      relationships: { spdxElementId: string; relatedSpdxElement: string }[];
      hasExtractedLicensingInfos: { licenseId: string }[];
    };
    const ids = document.packages.map(({ SPDXID }) => SPDXID);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { spdxElementId, relatedSpdxElement } of document.relationships)
      for (const id of [spdxElementId, relatedSpdxElement]) expect(["SPDXRef-DOCUMENT", ...ids]).toContain(id);
    const own = document.packages
      .map(({ licenseDeclared }) => licenseDeclared)
      .filter((id) => id.startsWith("LicenseRef-"));
    expect(document.hasExtractedLicensingInfos.map(({ licenseId }) => licenseId).sort()).toEqual(
      [...new Set(own)].sort(),
    );
  });
});

describe.each([
  ["CycloneDX", writeCycloneDx],
  ["SPDX", writeSpdx],
])("a bill in %s", (_format, write) => {
  test("is the same for the same image, and another for another", () => {
    expect(write(CATALOGUE, SUBJECT)).toBe(write(CATALOGUE, SUBJECT));
    const identity = /urn:uuid:[0-9a-f-]{36}|berth-[0-9a-f-]{36}/;
    const other = write(CATALOGUE, { ...SUBJECT, digest: `sha256:${"cd".repeat(32)}` });
    expect(identity.exec(other)?.[0]).not.toBe(identity.exec(write(CATALOGUE, SUBJECT))?.[0]);
    expect(write(CATALOGUE, SUBJECT)).toContain('"2023-11-14T22:13:20Z"');
  });

  test("read again is the same catalogue, gaps included", () => {
    const read = readBill(Buffer.from(write(CATALOGUE, SUBJECT)), "bill.json");
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    const words = ({ packages }: Catalogue) =>
      packages.map((pkg) => ({
        ...pkg,
        // A format says what a package was built from even where that is itself; of conda it says where it runs.
        source: pkg.source ?? (pkg.ecosystem === "deb" ? { name: pkg.name, version: pkg.version } : undefined),
      }));
    expect(plain(words(read))).toEqual(plain(words(CATALOGUE)));
    expect(read.distribution).toEqual(CATALOGUE.distribution);
    expect(read.gaps).toEqual(CATALOGUE.gaps);
  });

  test("of any bytes is read or refused", () => {
    const whole = Buffer.from(write(CATALOGUE, SUBJECT));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.constantFrom(...Buffer.from('{}[]",:0a'))), { maxLength: 6 }),
        (changes) => {
          const copy = Buffer.from(whole);
          for (const [at, value] of changes) copy[at] = value;
          try {
            readBill(copy, "bill.json");
          } catch (error) {
            expect(error).toMatchObject({ code: "E_SBOM_FORM" });
          }
        },
      ),
      { numRuns: 200, seed: 13 },
    );
  });
});

test("names that no package should have, and that a terminal would obey, do no harm", async () => {
  const name = "x\u009b31m\u2028y";
  const hostile = [" /", "%", "..", "@", "pkg:x"].flatMap((word) =>
    (["deb", "maven", "npm"] as const).map((ecosystem) => {
      const found = { ecosystem, name: word, version: "1 2", source: { name: word, version: "3" } };
      return { ...found, purl: purlOf(found, undefined), evidence: `${name}\nfound in etc/passwd`, layer: undefined };
    }),
  );
  const catalogue: Catalogue = { distribution: undefined, packages: hostile, gaps: [{ path: name, why: "a\nb" }] };
  for (const document of [writeCycloneDx(catalogue, SUBJECT), writeSpdx(catalogue, SUBJECT)]) {
    expect(document).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028]/);
    expect(readBill(Buffer.from(document), "x").packages.some(({ evidence }) => evidence === "etc/passwd")).toBe(false);
  }
  expect(
    await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(writeCycloneDx(catalogue, SUBJECT)),
  ).toBeNull();
});

describe("bills of other tools", () => {
  test("of syft say source, place and distribution in their own words", () => {
    const bill = {
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      components: [
        {
          type: "library",
          name: "libssl3",
          version: "3.0.11-1~deb12u2",
          purl: "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl",
          properties: [
            { name: "syft:location:0:path", value: "/var/lib/dpkg/status" },
            { name: "syft:location:0:layerID", value: DIGEST },
          ],
        },
        {
          type: "library",
          name: "bash",
          purl: "pkg:rpm/rhel/bash@5.1.8-9.el9?arch=x86_64&epoch=1&upstream=bash-5.1.8-9.el9.src.rpm",
        },
        { type: "library", name: "thing", purl: "pkg:generic/thing@1" },
        { type: "file", name: "/bin/sh" },
        {
          type: "operating-system",
          name: "debian",
          version: "12",
          properties: [{ name: "syft:distro:versionCodename", value: "bookworm" }],
        },
      ],
    };
    const { packages, distribution, gaps } = readBill(Buffer.from(JSON.stringify(bill)), "syft.json");
    expect(packages).toMatchObject([
      {
        name: "libssl3",
        source: { name: "openssl", version: "3.0.11-1~deb12u2" },
        evidence: "var/lib/dpkg/status",
        layer: DIGEST,
      },
      { name: "bash", version: "1:5.1.8-9.el9", source: { name: "bash", version: "1:5.1.8-9.el9" } },
    ]);
    expect(packages[0]?.purl).toBe("pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12");
    expect(distribution).toMatchObject({ id: "debian", version: "12", codename: "bookworm" });
    expect(gaps).toEqual([{ path: "syft.json", why: "1 of its components are of kinds that are not known here" }]);
  });

  test("of syft in SPDX say the place in a sentence", () => {
    const entry = (name: string, more: object) => ({
      SPDXID: `SPDXRef-${name}`,
      name,
      downloadLocation: "NOASSERTION",
      ...more,
    });
    const purl = {
      referenceCategory: "PACKAGE-MANAGER",
      referenceType: "purl",
      referenceLocator: "pkg:apk/alpine/busybox@1.36.1-r2?distro=alpine-3.19.1",
    };
    const sourceInfo = "acquired package info from APK DB: /lib/apk/db/installed";
    const bill = {
      spdxVersion: "SPDX-2.3",
      packages: [
        entry("busybox", {
          externalRefs: [purl],
          sourceInfo,
          supplier: "Person: Sören (a@example.org)",
          licenseDeclared: "GPL-2.0-only",
        }),
        entry("image", { primaryPackagePurpose: "CONTAINER" }),
      ],
    };
    const { packages, distribution } = readBill(Buffer.from(JSON.stringify(bill)), "syft.spdx.json");
    expect(packages).toMatchObject([
      { name: "busybox", evidence: "lib/apk/db/installed", licence: "GPL-2.0-only", origin: "Sören (a@example.org)" },
    ]);
    expect(distribution).toMatchObject({ id: "alpine", version: "3.19.1" });
  });

  test("of trivy say the source in parts, and lie in each other", () => {
    const inner = {
      type: "library",
      name: "libc6",
      purl: "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12.5",
      licenses: [{ license: { id: "LGPL-2.1-only" } }, { license: { name: "GFDL" } }],
      properties: Object.entries({ SrcName: "glibc", SrcVersion: "2.36", SrcRelease: "9" }).map(([name, value]) => ({
        name: `aquasecurity:trivy:${name}`,
        value,
      })),
    };
    const bill = { bomFormat: "CycloneDX", components: [{ type: "application", name: "x", components: [inner] }] };
    const { packages, distribution } = readBill(Buffer.from(JSON.stringify(bill)), "trivy.json");
    expect(packages).toMatchObject([
      { source: { name: "glibc", version: "2.36-9" }, licence: "LGPL-2.1-only AND GFDL" },
    ]);
    expect(distribution).toMatchObject({ id: "debian", version: "12.5" });
  });

  test("that are something else are refused", () => {
    for (const text of ["", "[]", '{"bomFormat":"Other"}', '{"spdxVersion":"SPDX-3.0"}', "{".repeat(100_000)])
      expect(() => readBill(Buffer.from(text), "x.json")).toThrow("x.json is no bill of materials");
    let nested: object = { name: "x" };
    for (let depth = 0; depth < 100; depth++) nested = { components: [nested] };
    const deep = JSON.stringify({ bomFormat: "CycloneDX", ...nested });
    expect(() => readBill(Buffer.from(deep), "x.json")).toThrow("larger than any bill");
  });
});

test.each([
  ["MIT", "MIT"],
  ["MIT and BSD-3-Clause", "MIT AND BSD-3-Clause"],
  ["(MIT or Apache 2.0)", "(MIT OR Apache-2.0)"],
  ["GPL (>= 3)", "GPL-3.0-or-later"],
  ["LGPL (>= 2.1) | MIT + file LICENSE", "LGPL-2.1-or-later OR MIT"],
  ["GPLv2+", "GPL-2.0-or-later"],
  ["Apache License, Version 2.0", undefined],
  ["GPL-2 | GPL-3", "GPL-2.0-only OR GPL-3.0-only"],
  [
    "GPL-3+ and Expat and (Artistic-2.0 or LGPL-2.1+)",
    "GPL-3.0-or-later AND MIT AND (Artistic-2.0 OR LGPL-2.1-or-later)",
  ],
  ["GPL-2+ and public-domain", undefined],
  ["MIT License", "MIT"],
  ["BSD", undefined],
  ["BSD_3_clause", undefined],
  ["GPL v2 only", undefined],
  ["Public Domain", undefined],
  ["", undefined],
  [`${"(".repeat(900)}MIT`, undefined],
])("the licence %j is the expression %j", (words, expression) => {
  expect(licenceExpression(words)).toBe(expression);
});
