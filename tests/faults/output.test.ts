// Standard output that cannot take what a command prints: a reader that has gone, a full disk.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

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

describe.each(Object.entries(WAYS))("%s", (_, way) => {
  test.each(["--help", "doctor --json", "cache list"])("%s ends in silence when nobody reads", (args) => {
    // The reader has gone for certain before the first byte is written.
    const ran = shell(`(sleep 0.3; "$@" ${args}; echo "status $?" >&2) | true`, way);
    expect(ran.stderr).toBe("status 141\n");
  });

  test.skipIf(!full)(`--help into a full file is said in one sentence${full ? "" : " [needs /dev/full]"}`, () => {
    const ran = shell('"$@" --help >/dev/full', way);
    expect(ran.status).toBe(255);
    expect(ran.stderr).toMatch(/^FATAL: {3}cannot write to standard output: ENOSPC[^\n]*\n {9}check [^\n]*\n$/);
  });
});
