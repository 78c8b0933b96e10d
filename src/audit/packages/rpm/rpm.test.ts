import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { catalogueOf } from "../testing.ts";
import { ndbFile, rpmHeader } from "./fixtures.ts";
import { rpm } from "./rpm.ts";
import { sqliteBlobs } from "./sqlite.ts";

const has = (program: string, ...args: string[]): boolean => {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};
const hasRpm = has("rpmbuild", "--version") && has("rpm", "--version");
const hasBerkeley = has("db_load", "-V");
const PLACE = "var/lib/rpm/rpmdb.sqlite";
const COUNT = 60;

// Each package has a description of another length, so that records of all kinds lie in the database: on one page, and on
// chains of others.
function specification(): string {
  const subpackages = Array.from({ length: COUNT }, (_, index) => {
    const text = "long words ".repeat(index * 40);
    return `%package part${index}\nSummary: part\n%description part${index}\n${text}\n%files part${index}\n`;
  });
  const head =
    "Name: berth-sample\nVersion: 1.2\nRelease: 3.el9\nEpoch: 2\nSummary: sample\nLicense: MIT and BSD\nVendor: Rocky Enterprise";
  const module = "/usr/lib/python3.9/site-packages/x-1.dist-info";
  const install = `%install\nmkdir -p %{buildroot}${module}\ntouch %{buildroot}${module}/METADATA\n%files\n${module}/METADATA\n`;
  return `${head}\nBuildArch: noarch\n%description\nsample\n${install}${subpackages.join("")}`;
}

describe.skipIf(!hasRpm)("a database that rpm itself wrote (needs rpm and rpmbuild)", () => {
  let dir = "";
  let database: Buffer = Buffer.alloc(0);
  let listed: readonly string[] = [];

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "berth-rpm-"));
    writeFileSync(join(dir, "a.spec"), specification());
    execFileSync("rpmbuild", ["-bb", "--define", `_topdir ${dir}/top`, join(dir, "a.spec")], { stdio: "pipe" });
    const folder = join(dir, "top/RPMS/noarch");
    const root = ["--root", join(dir, "root"), "--dbpath", "/var/lib/rpm"];
    const files = execFileSync("find", [folder, "-name", "*.rpm"], { encoding: "utf8" }).trim().split("\n");
    execFileSync("rpm", [...root, "-i", "--justdb", "--nodeps", "--force-debian", ...files], { stdio: "pipe" });
    const format = "%{NAME} %{EPOCH}:%{VERSION}-%{RELEASE} %{ARCH} %{VENDOR} %{LICENSE} %{SOURCERPM}\n";
    listed = execFileSync("rpm", [...root, "-qa", "--qf", format], { encoding: "utf8" })
      .trim()
      .split("\n")
      .sort();
    database = readFileSync(join(dir, "root/var/lib/rpm/rpmdb.sqlite"));
  }, 60_000);
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test("is read as rpm -qa reads it", () => {
    const { packages, gaps } = catalogueOf({ [PLACE]: database });
    const lines = packages.map(
      ({ name, version, arch, origin, licence, source }) =>
        `${name} ${version} ${arch} ${origin} ${licence} ${source?.name}-${source?.version.replace("2:", "")}.src.rpm`,
    );
    expect(gaps).toEqual([]);
    expect(lines.sort()).toEqual(listed);
    expect(packages).toHaveLength(COUNT + 1);
  });

  test("has the epoch of packages as a qualifier", () => {
    const { packages } = catalogueOf({ [PLACE]: database, "etc/os-release": 'ID="rocky"\nVERSION_ID="9.4"\n' });
    expect(packages[0]?.purl).toBe("pkg:rpm/rocky/berth-sample@1.2-3.el9?arch=noarch&distro=rocky-9.4&epoch=2");
  });

  test("says which libraries of Python are the distribution's, so that they are not told twice", () => {
    const metadata = { "usr/lib/python3.9/site-packages/x-1.dist-info/METADATA": "Name: x\nVersion: 1\n" };
    const rocky = { "etc/os-release": 'ID="rocky"\nVERSION_ID="9.4"\n' };
    const names = ({ packages }: ReturnType<typeof catalogueOf>) =>
      packages.filter(({ ecosystem }) => ecosystem === "pypi");
    expect(names(catalogueOf({ [PLACE]: database, ...rocky, ...metadata }))).toEqual([]);
    // A package of another vendor: nobody else watches over what it brought.
    const alma = { "etc/os-release": 'ID="almalinux"\nVERSION_ID="9.4"\n' };
    expect(names(catalogueOf({ [PLACE]: database, ...alma, ...metadata }))).toHaveLength(1);
  });

  test.skipIf(!hasBerkeley)("is the same in the hash of Berkeley DB (needs db-util)", () => {
    const blobs = [...sqliteBlobs(database)];
    const file = join(dir, "Packages");
    const hex = (bytes: Buffer) => ` ${bytes.toString("hex")}`;
    const key = (index: number) => hex(Buffer.from(Uint32Array.of(index).buffer));
    const counter = [key(0), hex(Buffer.from(Uint32Array.of(blobs.length).buffer))];
    const lines = blobs.flatMap((blob, index) => [key(index + 1), hex(blob)]);
    const dump = [
      "VERSION=3",
      "format=bytevalue",
      "type=hash",
      "db_pagesize=4096",
      "HEADER=END",
      ...counter,
      ...lines,
      "DATA=END",
      "",
    ];
    execFileSync("db_load", [file], { input: dump.join("\n") });
    const berkeley = readFileSync(file);
    const [one, other] = [catalogueOf({ "var/lib/rpm/Packages": berkeley }), catalogueOf({ [PLACE]: database })];
    const facts = ({ packages }: typeof one) => packages.map(({ evidence: _, ...rest }) => rest);
    expect(one.gaps).toEqual([]);
    expect(facts(one)).toEqual(facts(other));
    survives("var/lib/rpm/Packages", berkeley);
  });

  test("damaged anywhere gives gaps and an end", () => {
    survives(PLACE, database);
  });
});

describe("rpm's own form of database", () => {
  const texts = {
    name: "zlib",
    version: "1.3",
    release: "1.2",
    arch: "x86_64",
    vendor: "SUSE LLC <https://www.suse.com/>",
  };
  const file = ndbFile([rpmHeader(texts), rpmHeader({ name: "gpg-pubkey", version: "1", release: "2" })]);

  test("is read, and the keys of signers are no packages", () => {
    const { packages, gaps } = catalogueOf({ "usr/lib/sysimage/rpm/Packages.db": file });
    expect(gaps).toEqual([]);
    expect(packages.map(({ name, version, arch, origin }) => [name, version, arch, origin])).toEqual([
      ["zlib", "1.3-1.2", "x86_64", "SUSE LLC <https://www.suse.com/>"],
    ]);
  });

  test("damaged anywhere gives gaps and an end", () => survives("var/lib/rpm/Packages.db", file));
});

test("a database with a log that is not carried over has a gap", () => {
  expect(catalogueOf({ "var/lib/rpm/rpmdb.sqlite-wal": "changes" }).gaps).toHaveLength(1);
  expect(catalogueOf({ "var/lib/rpm/rpmdb.sqlite-wal": "" }).gaps).toEqual([]);
});

test("what is no database at all is a gap", () => {
  for (const name of ["rpmdb.sqlite", "Packages.db", "Packages"])
    expect(catalogueOf({ [`var/lib/rpm/${name}`]: "x".repeat(5000) }).gaps).toHaveLength(1);
});

// Bytes are changed where structures lie: anywhere, with a preference for the first page.
function survives(path: string, bytes: Buffer): void {
  const place = fc.oneof(fc.nat(Math.min(4096, bytes.length) - 1), fc.nat(bytes.length - 1));
  const change = fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(change, fc.nat(bytes.length), fc.boolean(), (changes, length, cut) => {
      const copy = Buffer.from(cut ? bytes.subarray(0, length) : bytes);
      for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
      const found = rpm.read(path, copy);
      expect((found.packages?.length ?? 0) + (found.gaps?.length ?? 0)).toBeLessThan(200);
    }),
    { numRuns: 150, seed: 7 },
  );
}
