import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { dpkg } from "./dpkg.ts";
import { catalogueOf, purlsOf } from "./testing.ts";

const STATUS = "/var/lib/dpkg/status";
const OS = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n';

describe("packages of Debian", () => {
  test.skipIf(!existsSync(STATUS))("are those that dpkg-query lists on this machine (needs dpkg)", () => {
    const fields = ["Package", "Version", "Architecture", "source:Package", "source:Version", "db:Status-Status"];
    const format = `${fields.map((field) => `\${${field}}`).join("\t")}\n`;
    const listed = execFileSync("dpkg-query", ["-W", "-f", format], { encoding: "utf8", maxBuffer: 1 << 26 })
      .trim()
      .split("\n")
      .filter((line) => !/\t(config-files|not-installed)$/.test(line))
      .map((line) => line.slice(0, line.lastIndexOf("\t")));
    const read = dpkg.read("var/lib/dpkg/status", readFileSync(STATUS)).packages ?? [];
    const lines = read.map(({ name, version, arch, source }) =>
      [name, version, arch, source?.name, source?.version].join("\t"),
    );
    expect(lines.sort()).toEqual(listed.sort());
  });

  test("say their distribution, architecture and source in the package URL and beside it", () => {
    const status = [
      "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nMulti-Arch: same\nSource: glibc (2.36-9)",
      "Version: 2:2.36-9+deb12u4\nMaintainer: GNU Libc Maintainers <debian-glibc@lists.debian.org>",
      "Description: GNU C Library\n Package: not-a-package\n\n",
      "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n",
    ].join("\n");
    const { packages, distribution, gaps } = catalogueOf({ "var/lib/dpkg/status": status, "etc/os-release": OS });
    expect(distribution).toEqual({
      id: "debian",
      version: "12",
      codename: "bookworm",
      like: [],
      name: "Debian GNU/Linux 12 (bookworm)",
    });
    expect(gaps).toEqual([]);
    expect(packages).toEqual([
      {
        purl: "pkg:deb/debian/libc6@2:2.36-9+deb12u4?arch=amd64&distro=debian-12",
        ecosystem: "deb",
        name: "libc6",
        version: "2:2.36-9+deb12u4",
        arch: "amd64",
        source: { name: "glibc", version: "2.36-9" },
        origin: "GNU Libc Maintainers <debian-glibc@lists.debian.org>",
        evidence: "var/lib/dpkg/status",
      },
    ]);
  });

  test("have the licences of their copyright files, where programs can read them", () => {
    const status = ["a", "b", "c"].map((name) => `Package: ${name}\nVersion: 1\n`).join("\n");
    const format = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n";
    const files = {
      "var/lib/dpkg/status": status,
      "usr/share/doc/a/copyright": `${format}Files: *\nLicense: GPL-3+\n The text.\n\nFiles: y/*\nLicense: ISC and GPL-3+\n\nFiles: x/*\nLicense: Expat or Artistic\n\nLicense: Expat\n Text.\n`,
      "usr/share/doc/b/copyright": "This package was debianized by hand.\nLicense: GPL\n",
      "usr/share/doc/other/copyright": `${format}Files: *\nLicense: MIT\n`,
    };
    const licences = catalogueOf(files).packages.map(({ name, licence }) => [name, licence]);
    expect(licences).toEqual([
      ["a", "GPL-3+ and ISC and (Expat or Artistic)"],
      ["b", undefined],
      ["c", undefined],
    ]);
  });

  test("of distroless images lie in a file each, without a status", () => {
    const files = {
      "var/lib/dpkg/status.d/base": "Package: base-files\nVersion: 12.4\nArchitecture: amd64\n",
      "var/lib/dpkg/status.d/base.md5sums": "d41d8cd98f00b204e9800998ecf8427e  etc/debian_version\n",
      "usr/lib/os-release": OS,
    };
    expect(purlsOf(catalogueOf(files))).toEqual(["pkg:deb/debian/base-files@12.4?arch=amd64&distro=debian-12"]);
  });

  test("cut to slices are listed by chisel, in frames of zstd", () => {
    const lines = [
      '{"jsonwall":"1.0","schema":"1.0","count":2}\n',
      '{"kind":"package","name":"libc6","version":"2.39-0ubuntu8","sha256":"00","arch":"amd64"}\n{"kind":"slice","name":"libc6_libs"}\n',
    ];
    const wall = Buffer.concat(lines.map((line) => zstdCompressSync(line)));
    expect(purlsOf(catalogueOf({ "var/lib/chisel/manifest.wall": wall }))).toEqual([
      "pkg:deb/libc6@2.39-0ubuntu8?arch=amd64",
    ]);
    const cut = catalogueOf({ "var/lib/chisel/manifest.wall": wall.subarray(0, -5) });
    expect(cut.gaps).toEqual([
      { path: "var/lib/chisel/manifest.wall", why: expect.stringContaining("cannot be read") },
    ]);
  });
});

test("packages of Alpine name the package that they were built from", () => {
  const installed =
    "C:Q1x=\nP:libcrypto3\nV:3.3.1-r0\nA:x86_64\nL:Apache-2.0\no:openssl\nF:usr/lib\nR:libcrypto.so.3\n\nP:busybox\nV:1.36.1-r29\nA:x86_64\n\n";
  for (const path of ["lib/apk/db/installed", "usr/lib/apk/db/installed"]) {
    const { packages } = catalogueOf({ [path]: installed, "etc/os-release": "ID=alpine\nVERSION_ID=3.20.1\n" });
    expect(packages.map(({ purl, source }) => [purl, source?.name])).toEqual([
      ["pkg:apk/alpine/busybox@1.36.1-r29?arch=x86_64&distro=alpine-3.20.1", "busybox"],
      ["pkg:apk/alpine/libcrypto3@3.3.1-r0?arch=x86_64&distro=alpine-3.20.1", "openssl"],
    ]);
  }
});
