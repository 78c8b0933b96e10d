import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Ecosystem } from "../types.ts";
import type { Cataloguer } from "./cataloguer.ts";
import { collectLayer } from "./collect.ts";
import { keptFacts } from "./kept-facts.ts";
import { type FactsOfLayer, mergeCatalogue } from "./merge.ts";
import { purlOf } from "./purl.ts";
import { READERS } from "./readers.ts";
import { catalogueOf, type Files, factsOf, purlsOf } from "./testing.ts";
import { isOfDistribution } from "./third-party.ts";

const LIBRARY = "opt/lib/python3/site-packages";
const metadata = (name: string, version: string) => `Name: ${name}\nVersion: ${version}\n`;

describe("a layer that streams by", () => {
  test("gives the same facts in pieces of any size", () => {
    const files = { "etc/os-release": "ID=debian\n", [`${LIBRARY}/x-1.dist-info/METADATA`]: metadata("x", "1") };
    const whole = factsOf(files, { piece: 1 << 20 });
    expect(whole.files).toHaveLength(2);
    for (const piece of [1, 7, 30]) expect(factsOf(files, { piece })).toEqual(whole);
  });

  test("wants nothing of files that tell of no package", () => {
    const collector = collectLayer();
    for (const path of [
      "usr/share/doc/x/changelog.gz",
      "etc/passwd",
      "DESCRIPTION",
      "var/lib/dpkg/status-old",
      "srv/package.json",
    ])
      expect(collector.begin(path, { size: 10, mode: 0o644 })).toBe(false);
  });

  const reader = (magic?: Buffer): Cataloguer => ({
    name: "x",
    wants: () => ({ maxBytes: 10, ...(magic ? { magic } : {}) }),
    read: () => {
      throw new Error(`cannot\u001b[31m ${"y".repeat(5000)}`);
    },
  });

  test("turns what a reader throws into a gap that can be shown", () => {
    const collector = collectLayer([reader()]);
    collector.begin("a", { size: 3, mode: 0 });
    collector.bytes(Buffer.from("abc"));
    collector.end();
    const [gap] = collector.finish().files[0]?.found.gaps ?? [];
    expect(gap).toMatch(/^it cannot be read: cannot \[31m yyy/);
    expect(gap?.length).toBeLessThan(500);
  });

  test("tells of files that are too large, but not of those that only could have been wanted", () => {
    const large = (magic: Buffer | undefined, first: string) => {
      const collector = collectLayer([reader(magic)]);
      if (collector.begin("a", { size: 1e12, mode: 0 })) {
        collector.bytes(Buffer.from(first));
        collector.end();
      }
      return collector.finish().files.length;
    };
    expect(large(undefined, "")).toBe(1);
    expect(large(Buffer.from("PK"), "PKxx")).toBe(1);
    expect(large(Buffer.from("PK"), "text")).toBe(0);
  });

  test("knows a hard link as the file that it is another name of", () => {
    const collector = collectLayer();
    const path = "opt/pkgs/x-1.dist-info/METADATA";
    collector.begin(path, { size: 19, mode: 0o644 });
    collector.bytes(Buffer.from(metadata("x", "1")));
    collector.end();
    collector.link("opt/lib/x-1.dist-info/METADATA", path);
    collector.link("opt/other", path);
    expect(collector.finish().files.map((file) => file.path)).toEqual([path, "opt/lib/x-1.dist-info/METADATA"]);
  });
});

describe("the distribution", () => {
  const of = (files: Files) => {
    const { id, version } = catalogueOf(files).distribution ?? {};
    return `${id} ${version}`;
  };

  test("is what the administrator's file says, else the system's, else the file that this links to, else Red Hat's line", () => {
    const files = {
      "etc/centos-release": "CentOS release 6.10 (Final)\n",
      "usr/lib/os.release.d/os-release-fedora": "ID=fedora\nVERSION_ID=40\n",
      "usr/lib/os-release": 'ID="rocky"\nVERSION_ID="9.4"\n',
      "etc/os-release": "# ours\nID='Debian'\nVERSION_ID=\"12\"\n",
    };
    const steps = Object.entries(files).map((_, index, all) => of(Object.fromEntries(all.slice(0, index + 1))));
    expect(steps).toEqual(["centos 6.10", "fedora 40", "rocky 9.4", "debian 12"]);
  });

  test("that an image does not name is unknown, and a package manager that nobody reads is a gap", () => {
    const { distribution, gaps } = catalogueOf({
      "etc/os-release": "NAME=x\n",
      "var/lib/pacman/local/ALPM_DB_VERSION": "9\n",
    });
    expect(distribution).toBeUndefined();
    expect(gaps.map(({ why }) => why)).toEqual([
      "it does not say which distribution this is",
      "packages of pacman (Arch Linux) are not read",
    ]);
  });
});

describe("layers together", () => {
  const layer = (digest: string, files: Files, hidden: readonly string[] = []): FactsOfLayer => ({
    digest,
    facts: factsOf(files),
    hides: (path) => Object.hasOwn(files, path) || hidden.some((folder) => path.startsWith(folder)),
  });

  test("have the uppermost file of a path, and nothing that was deleted", () => {
    const status = (version: string) => ({ "var/lib/dpkg/status": `Package: a\nVersion: ${version}\n` });
    const low = layer("sha256:1", {
      ...status("1"),
      [`${LIBRARY}/x-1.dist-info/METADATA`]: metadata("x", "1"),
      [`${LIBRARY}/y-1.dist-info/METADATA`]: metadata("y", "1"),
    });
    const high = layer("sha256:2", status("2"), [`${LIBRARY}/x-1`]);
    const { packages } = mergeCatalogue([low, high]);
    expect(packages.map(({ purl, layer: from }) => [purl, from])).toEqual([
      ["pkg:deb/a@2", "sha256:2"],
      ["pkg:pypi/y@1", "sha256:1"],
    ]);
  });

  test("give facts that survive being kept as JSON", () => {
    const facts = factsOf({
      "var/lib/dpkg/status": "Package: a\nVersion: 1\nArchitecture: all\n",
      "etc/os-release": "ID=debian\nVERSION_ID=12\n",
    });
    const kept = JSON.parse(JSON.stringify(facts)) as typeof facts;
    const merged = (of: typeof facts) => mergeCatalogue([{ digest: "sha256:1", facts: of, hides: () => false }]);
    expect(merged(kept)).toEqual(merged(facts));
  });

  test("tell what a package of the distribution brought once; of a vendor's package both", () => {
    const path = "usr/lib/python3/dist-packages/x-1.egg-info";
    const of = (maintainer: string) =>
      catalogueOf({
        "var/lib/dpkg/status": `Package: python3-x\nVersion: 1\nMaintainer: ${maintainer}\n`,
        "var/lib/dpkg/info/python3-x:amd64.list": `/.\n/usr\n/${path}\n/usr/share/doc/python3-x/copyright\n`,
        [path]: metadata("x", "1"),
      });
    expect(purlsOf(of("Somebody <somebody@example.org>"))).toEqual(["pkg:deb/python3-x@1"]);
    expect(purlsOf(of("Docker <support@docker.com>"))).toEqual(["pkg:deb/python3-x@1", "pkg:pypi/x@1"]);
  });
});

test("third parties are told from the distribution by what packages say of themselves", () => {
  const rocky = { id: "rocky", version: "9.4", codename: undefined, like: ["rhel"], name: undefined };
  const rpm = (origin: string) => isOfDistribution({ ecosystem: "rpm", version: "1", origin }, rocky);
  expect([rpm("Rocky Enterprise Software Foundation"), rpm("Fedora Project"), rpm("NVIDIA Corporation")]).toEqual([
    true,
    false,
    false,
  ]);
  const deb = (origin: string, version = "1") => isOfDistribution({ ecosystem: "deb", version, origin }, undefined);
  expect(deb("Debian Med <debian-med-packaging@lists.alioth.debian.org>")).toBe(true);
  expect(deb("Cross Toolchain Base Team <cross-toolchain-base-devs@lists.launchpad.net>")).toBe(true);
  expect(deb("Markus Teich <mteich@google.com>")).toBe(true);
  expect(deb("cudatools <cudatools@nvidia.com>")).toBe(false);
  expect(deb("Chrome Linux Team <chromium-dev@chromium.org>")).toBe(false);
  expect(deb("Debian JavaScript", "20.1.0-1nodesource1")).toBe(false);
});

test("a layer that tells of too much says what is left out", () => {
  const kept = keptFacts({ files: 3, items: 4 });
  const two = { packages: ["a", "b"].map((name) => ({ ecosystem: "deb" as const, name, version: "1" })) };
  for (const path of ["a", "b", "c"]) kept.keep(path, "dpkg", two);
  kept.keep("empty", "dpkg", { packages: [] });
  const { files } = kept.finish();
  expect(files.map(({ path }) => path)).toEqual(["a", "b", ""]);
  expect(files.at(-1)?.found.gaps).toEqual([
    "the layer tells of more packages than any image has; 1 files are left out",
  ]);
  const many = factsOf({ "var/lib/dpkg/status": "Package: a\nVersion: 1\n\n".repeat(100_001) }, { piece: 1 << 20 });
  expect(many.files[0]?.found.gaps).toEqual(["it tells of 100001 packages; the first 100000 are taken"]);
});

test("any name and version give a package URL", () => {
  const word = fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
    fc.constantFrom(".", "..", "/", " ", "@", "a/", ":", "%", "?#"),
  );
  const ecosystem = fc.constantFrom<Ecosystem>(
    "deb",
    "rpm",
    "apk",
    "npm",
    "pypi",
    "golang",
    "maven",
    "conda",
    "cran",
    "gem",
    "spack",
    "julia",
  );
  fc.assert(
    fc.property(ecosystem, word, fc.oneof(word, fc.constant("")), (of, name, version) => {
      const purl = purlOf({ ecosystem: of, name, version, arch: name, qualifiers: { channel: version } }, undefined);
      expect(purl).toMatch(/^pkg:[a-z]+\/\S/);
    }),
    { numRuns: 1000, seed: 17 },
  );
});

test("no reader throws or stays for any bytes at a path that it wants", () => {
  const paths = [
    ...[
      "etc/os-release",
      "var/lib/dpkg/status",
      "var/lib/dpkg/info/a.list",
      "var/lib/chisel/manifest.wall",
      "lib/apk/db/installed",
    ],
    ...[
      "a.dist-info/METADATA",
      "a.dist-info/direct_url.json",
      "c/conda-meta/x.json",
      "l/x/DESCRIPTION",
      "renv.lock",
      "a/node_modules/x/package.json",
    ],
    ...["specifications/x.gemspec", "Manifest.toml", "x/.spack/spec.json", "software/a/1/easybuild/a.eb"],
  ];
  const text = fc.string({
    unit: fc.constantFrom(
      "\n",
      ":",
      " ",
      '"',
      "'",
      "=",
      "[",
      "]",
      "{",
      "}",
      "\\",
      "a",
      "1",
      "Name: ",
      "Version: ",
      "s.name",
      "[[deps.x]]",
    ),
    maxLength: 300,
  });
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.oneof(text, fc.uint8Array({ maxLength: 300 })), (path, content) => {
      const reader = READERS.find((one) => one.wants(path, { size: 1, mode: 0o644 }));
      expect(reader).toBeDefined();
      factsOf({ [path]: Buffer.from(content as string) });
    }),
    { numRuns: 1500, seed: 11 },
  );
});

test("the time for a long line of any reader grows with its length only", () => {
  const long = {
    "x/.spack/spec.json": '{"spec":'.repeat(100_000),
    "specifications/x.gemspec": `s.name = "${"a".repeat(900_000)}`,
    "software/a/1/easybuild/a.eb": `name = '${"a".repeat(2_000_000)}`,
    "a.dist-info/METADATA": `Name: ${" ".repeat(4_000_000)}x`,
    "etc/os-release": `ID="${"\\".repeat(60_000)}`,
  };
  factsOf(long, { piece: 1 << 20 });
});
