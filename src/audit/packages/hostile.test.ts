// Files that a stranger made to be read for ever, to crash their reader, or to have it tell what it should not.

import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { importedPackages } from "../sbom/imported-package.ts";
import { keptFacts } from "./kept-facts.ts";
import { ndbFile, rpmHeader } from "./rpm/fixtures.ts";
import { readRpmHeader } from "./rpm/header.ts";
import { settle } from "./settle.ts";
import { catalogueOf, factsOf } from "./testing.ts";
import { isOfDistribution } from "./third-party.ts";

describe("names that every object has", () => {
  test("are no distribution", () => {
    const distribution = { id: "constructor", version: "1", codename: undefined, like: [], name: undefined };
    expect(isOfDistribution({ ecosystem: "rpm", origin: "Somebody", version: "1-1" }, distribution)).toBe(true);
    const files = {
      "etc/os-release": "ID=constructor\nVERSION_ID=1\n",
      "var/lib/rpm/Packages.db": ndbFile([rpmHeader({ name: "bash", version: "5", release: "1", vendor: "Somebody" })]),
    };
    expect(catalogueOf(files).packages.map(({ purl }) => purl)).toEqual([
      "pkg:rpm/constructor/bash@5-1?distro=constructor-1",
    ]);
  });

  test("are no kind of package", () => {
    expect(importedPackages("pkg:constructor/x@1", { places: [{ evidence: "x", layer: undefined }] })).toEqual([]);
  });
});

describe("databases of rpm", () => {
  test("whose slots share one large package come to an end", () => {
    const bytes = ndbFile([rpmHeader({ name: "x".repeat(400), version: "1" })]);
    const first = bytes.subarray(32, 48);
    for (let at = 48; at < 4096; at += 16) first.copy(bytes, at);
    const { packages, gaps } = catalogueOf({ "var/lib/rpm/Packages.db": bytes });
    expect(packages.length).toBeLessThan(20);
    expect(gaps[0]?.why).toContain("larger than the file");
  });

  test("whose header has a tag twice tell it once", () => {
    const header = rpmHeader({ name: "bash", version: "5" });
    const entry = header.subarray(8, 24);
    const twice = Buffer.concat([header.subarray(0, 24), entry, header.subarray(24)]);
    twice.writeUInt32BE(3, 0);
    // The second says that the name stands somewhere else.
    twice.writeUInt32BE(5, 24 + 8);
    expect(readRpmHeader(twice)?.found.name).toBe("bash");
  });
});

test("archives of Java whose inner archives are all damaged are given up", () => {
  const manifest = deflateRawSync(Buffer.alloc(2 * 1024 * 1024, 0x20));
  const inner = zipOf([{ name: "META-INF/MANIFEST.MF", packed: manifest }]);
  const many = Array.from({ length: 2000 }, (_, at) => ({ name: `${at}.jar`, packed: inner, stored: true }));
  const bytes = zipOf(many);
  const { gaps } = factsOf({ "srv/a.jar": bytes }, { piece: 1 << 24 }).files[0]?.found ?? {};
  // Each inner one costs a megabyte of what the whole may cost; without that there would be 2000 of them.
  expect(gaps?.length).toBeLessThan(20);
});

test("as many environments of conda as files take no longer than their number", () => {
  const kept = keptFacts();
  const count = 30_000;
  for (let at = 0; at < count; at += 1) kept.keep(`e${at}/conda-meta/x.json`, "conda", { prefix: `e${at}` });
  for (let at = 0; at < count; at += 1)
    kept.keep(`e${at}/lib/p.dist-info/METADATA`, "python", {
      packages: [{ ecosystem: "pypi", name: `p${at}`, version: "1" }],
    });
  const files = kept.finish().files.map((file) => ({ ...file, layer: undefined }));
  expect(settle(files).packages).toHaveLength(count);
});

test("a channel's address without a path keeps its password for itself", () => {
  const record = { name: "x", version: "1", channel: "https://ann:secret@channels.example.org/" };
  const found = catalogueOf({ "opt/conda/conda-meta/x.json": JSON.stringify(record) });
  expect(JSON.stringify(found)).not.toContain("secret");
});

interface Member {
  readonly name: string;
  readonly packed: Buffer;
  readonly stored?: boolean;
}

function zipOf(members: readonly Member[]): Buffer {
  const [first] = members;
  if (!first) return Buffer.alloc(0);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  const body = Buffer.concat([local, first.packed]);
  const central = members.map(({ name, packed, stored }) => {
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(stored === true ? 0 : 8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt16LE(name.length, 28);
    return Buffer.concat([entry, Buffer.from(name)]);
  });
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(body.length, 16);
  return Buffer.concat([body, directory, end]);
}
