// Standard output that cannot take what a command prints: a reader that has gone, a full disk.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const BINARY = join(ROOT, "build/berth");
const WAYS = {
  "node from source": [process.execPath, join(ROOT, "src/main.ts")],
  ...(existsSync(BINARY) ? { "the binary": [BINARY] } : {}),
} satisfies Readonly<Record<string, readonly string[]>>;

function shell(script: string, way: readonly string[]) {
  return spawnSync("bash", ["-c", script, "bash", ...way], { encoding: "utf8" });
}

const full = existsSync("/dev/full");
const SENTENCE = /^FATAL: {3}cannot write to standard output: ENOSPC[^\n]*\n {9}check [^\n]*\n$/;

const work = mkdtempSync(join(tmpdir(), "berth-output-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));
beforeAll(() => {
  writeFileSync(join(work, "Dockerfile"), "FROM scratch\n");
  writeFileSync(
    join(work, "bill.json"),
    JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", components: [] }),
  );
  const affected = [{ package: { ecosystem: "PyPI", name: "x" }, versions: ["1"] }];
  writeFileSync(join(work, "record.json"), JSON.stringify({ id: "X-1", modified: "2026-01-01T00:00:00Z", affected }));
  mkdirSync(join(work, "root/etc"), { recursive: true });
  const [program = "", ...args] = WAYS["node from source"];
  spawnSync(program, [...args, "advisories", "import", join(work, "record.json"), "--store", join(work, "advisories")]);
});

describe.each(Object.entries(WAYS))("%s", (_, way) => {
  test.each(["--help", "doctor --json", "cache list"])("%s ends in silence when nobody reads", (args) => {
    // The reader has gone for certain before the first byte is written.
    const ran = shell(`(sleep 0.3; "$@" ${args}; echo "status $?" >&2) | true`, way);
    expect(ran.stderr).toBe("status 141\n");
  });

  test.skipIf(!full)(`--help into a full file is said in one sentence${full ? "" : " [needs /dev/full]"}`, () => {
    const ran = shell('"$@" --help >/dev/full', way);
    expect(ran.status).toBe(255);
    expect(ran.stderr).toMatch(SENTENCE);
  });

  test.skipIf(!full)(
    `a check whose report nobody can have has failed, and found nothing${full ? "" : " [needs /dev/full]"}`,
    () => {
      const bill = join(work, "bill.json");
      const read = `--store "${join(work, "advisories")}"`;
      for (const call of [`lint -f json ${work}/Dockerfile`, `sbom ${bill}`, `scan ${bill} ${read}`]) {
        const ran = shell(`"$@" ${call} >/dev/full`, way);
        expect([call, ran.status, ran.stderr]).toEqual([call, 3, expect.stringMatching(SENTENCE)]);
      }
      const audit = shell(`"$@" audit ${work}/root >/dev/full`, way);
      expect([audit.status, audit.stderr]).toEqual([3, expect.stringMatching(SENTENCE)]);
    },
  );
});
