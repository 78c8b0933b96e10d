// Every comparer against the program whose order it has to keep, where Debian has that program.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import semver from "semver";
import { describe, expect, test } from "vitest";
import { compareDpkg } from "./dpkg.ts";
import { compareMaven } from "./maven.ts";
import type { Order } from "./order.ts";
import { comparePep440 } from "./pep440.ts";
import { compareRpm } from "./rpm.ts";
import { compareSemver } from "./semver.ts";
import { askProgram, disagreements, mavenJar, type Pair, pairsOf, readOrders, runs } from "./testing.ts";

const DEB_WORDS = ["0", "1", "00", "10", ".", "-", "+", "~", "a", "b1", "deb12u", "~rc", "+dfsg", "-0", "-1", ":"];
const RPM_WORDS = ["0", "1", "010", ".", "-", "~", "^", "_", "a", "B", "el9", "~rc", "^git", "+", "..", "-1"];

/** Debian's python, not one that somebody has put before it. */
const PYTHON = "/usr/bin/python3";

describe("dpkg", () => {
  const pairs = pairsOf(8000, DEB_WORDS, ["1", "1.0", "1:1.0", "0:2", "2.10-1"]);

  test.skipIf(!runs(PYTHON, ["-c", "import apt_pkg"]))(
    "orders 8,000 pairs as apt's library does (skipped where python3-apt is missing)",
    () => {
      const script = `
import sys, apt_pkg, re
apt_pkg.init_system()
ok = re.compile(r"^[A-Za-z0-9.+~:-]+$")
for line in sys.stdin:
    a, b = line.rstrip("\\n").split("\\t")
    bad = any(v.count(":") > 1 or ":-" in v or not ok.match(v) or v[-1] in "-:" or ":" in v and not v.split(":")[0].isdigit() for v in (a, b))
    print("?" if bad else apt_pkg.version_compare(a, b))
`;
      const real = askProgram(PYTHON, ["-c", script], pairs);
      expect(real.filter((order) => order !== undefined).length).toBeGreaterThan(3000);
      expect(disagreements(pairs, compareDpkg, real)).toEqual([]);
    },
  );

  test.skipIf(!runs("dpkg", ["--version"]))(
    "orders 400 pairs as dpkg itself does (skipped where it is missing)",
    () => {
      const some = pairs.filter(([a, b]) => compareDpkg(a, b) !== undefined).slice(0, 400);
      const loop = `while IFS="$(printf '\\t')" read -r a b; do
      if dpkg --compare-versions "$a" lt "$b" 2>/dev/null; then echo -1; elif dpkg --compare-versions "$a" gt "$b" 2>/dev/null; then echo 1;
      elif dpkg --compare-versions "$a" eq "$b" 2>/dev/null; then echo 0; else echo "?"; fi; done`;
      const real = askProgram("sh", ["-c", loop], some);
      expect(real.filter((order) => order !== undefined).length).toBeGreaterThan(300);
      expect(disagreements(some, compareDpkg, real)).toEqual([]);
    },
  );
});

describe("rpm", () => {
  const pairs = pairsOf(8000, RPM_WORDS, ["1", "1.0", "1:1.0", "0:2", "2.10-1"]).filter(
    ([a, b]) => !/-.*-/.test(a) && !/-.*-/.test(b),
  );

  test.skipIf(!runs("rpm", ["--version"]))(
    "orders thousands of pairs as rpm does (skipped where it is missing)",
    () => {
      const real = inBatches(pairs, 500, askRpm);
      expect(real.filter((order) => order !== undefined).length).toBeGreaterThan(3000);
      const readable = real.map((order, at) =>
        compareRpm(...(pairs[at] ?? ["", ""])) === undefined ? undefined : order,
      );
      expect(readable.filter((order) => order !== undefined).length).toBeGreaterThan(3000);
      expect(disagreements(pairs, compareRpm, readable)).toEqual([]);
    },
  );
});

// The program's macros are on its command line, which has a limit.
function inBatches<T>(pairs: readonly Pair[], size: number, ask: (some: readonly Pair[]) => T[]): T[] {
  return Array.from({ length: Math.ceil(pairs.length / size) }, (_, at) => at * size).flatMap((from) =>
    ask(pairs.slice(from, from + size)),
  );
}

function askRpm(pairs: readonly Pair[]): (Order | undefined)[] {
  const list = pairs.map(([a, b]) => `{${JSON.stringify(a)},${JSON.stringify(b)}}`).join(",");
  const lua = `for _, p in ipairs({${list}}) do local ok, r = pcall(rpm.vercmp, p[1], p[2]); print((ok and r or "?") .. "\\n") end`;
  const done = spawnSync("rpm", ["--eval", `%{lua:${lua}}`], { encoding: "utf8" });
  return readOrders({ ...done, stdout: done.stdout.replace(/\n+/g, "\n") }, pairs.length);
}

describe("Maven", () => {
  const words = ["0", "1", "10", "01", "a", "b", "m", "alpha", "beta", "rc", "cr", "ga", "final", "release", "sp"];
  const pairs = pairsOf(8000, [...words, "snapshot", "x", "jre", ".", "-", ".", "-", ".", "-", "_"]);
  const jar = mavenJar();

  test.skipIf(!jar)("orders 8,000 pairs as Maven does (skipped where java or its library is missing)", () => {
    const dir = mkdtempSync(join(tmpdir(), "berth-maven-"));
    try {
      writeFileSync(join(dir, "Ask.java"), ASK);
      const classes = `${jar}:/usr/share/java/commons-lang3.jar`;
      const real = askProgram("java", ["-cp", classes, join(dir, "Ask.java")], pairs);
      expect(disagreements(pairs, compareMaven, real)).toEqual([]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

const ASK = `
import java.io.*;
import org.apache.maven.artifact.versioning.ComparableVersion;
public class Ask {
  public static void main(String[] args) throws IOException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    StringBuilder out = new StringBuilder();
    for (String line; (line = in.readLine()) != null; ) {
      String[] pair = line.split("\\t");
      out.append(new ComparableVersion(pair[0]).compareTo(new ComparableVersion(pair[1]))).append("\\n");
    }
    System.out.print(out);
  }
}
`;

describe("PEP 440", () => {
  const words = [
    "0",
    "1",
    ".",
    ".1",
    ".10",
    "a1",
    "b2",
    "rc1",
    ".post1",
    ".dev3",
    "+cu121",
    "+local.2",
    "-1",
    ".0",
    "!1",
  ];
  const pairs = pairsOf(8000, words);
  // Debian has the reference library as part of pip or of python3-packaging.
  const imports =
    "import sys\ntry:\n from packaging.version import Version\nexcept ImportError:\n from pip._vendor.packaging.version import Version\n";

  const python = [PYTHON, "python3"].find((command) => runs(command, ["-c", imports]));

  test.skipIf(!python)("orders thousands of pairs as Python's packaging does (skipped where it is missing)", () => {
    const script = `${imports}
for line in sys.stdin:
    try:
        a, b = (Version(v) for v in line.rstrip("\\n").split("\\t"))
        print((a > b) - (a < b))
    except Exception:
        print("?")
`;
    const real = askProgram(python ?? "", ["-c", script], pairs);
    expect(real.filter((order) => order !== undefined).length).toBeGreaterThan(1500);
    expect(disagreements(pairs, comparePep440, real)).toEqual([]);
  });
});

describe("semver", () => {
  test("orders what semver.org allows as the library of npm does", () => {
    const words = ["-alpha", "-rc.1", ".2", "-0", ".beta", "+build", "-x-y.7", "-20230101120000-abcdefabcdef"];
    const pairs = pairsOf(8000, words, ["1.0.0", "1.2.3", "0.0.0", "v1.2.3"]);
    const real = pairs.map(([a, b]) => (semver.valid(a) && semver.valid(b) ? semver.compare(a, b) : undefined));
    expect(real.filter((order) => order !== undefined).length).toBeGreaterThan(1500);
    expect(disagreements(pairs, compareSemver, real)).toEqual([]);
  });
});
