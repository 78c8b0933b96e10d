// Full and read-only caches. A real full disk is a small tmpfs in a mount namespace of the test's own, so root is needed.

import { execFile, execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AS_ROOT, asUser, ordinaryUser } from "../support/ordinary-user.ts";

const run = promisify(execFile);
const hasNamespace = (() => {
  try {
    execFileSync("unshare", ["--mount", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-full-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const SCRIPT = join(import.meta.dirname, "full-disk-writer.ts");

test.skipIf(!hasNamespace)(
  "a full disk is named, and the partial files give their space back (skipped without the right to mount)",
  async () => {
    const disk = join(dir, "disk");
    await mkdir(disk);
    // The address and every path are arguments of the inner shell, not part of its text.
    const mount = 'mount -t tmpfs -o size=4m none "$1" && exec "$2" "$3" "$1"';
    const { stdout } = await run("unshare", ["--mount", "sh", "-c", mount, "sh", disk, process.execPath, SCRIPT]);
    const results = JSON.parse(stdout) as Record<string, { code: string; left: string[] }>;
    expect(results["put"]).toEqual({ code: "E_STORE_FULL", left: [] });
    expect(results["add"]).toEqual({ code: "E_STORE_FULL", left: [] });
    // Announced sizes that cannot fit are refused before a byte is asked for.
    expect(results["announced"]).toEqual({ code: "E_TRANSFER_SPACE", left: [] });
    expect(results["filled"]).toEqual({ code: "E_STORE_FULL", left: [] });
  },
);

test("a cache that cannot be written is left out, with a warning, and a temporary one is used and removed", async () => {
  const locked = join(dir, "locked");
  await mkdir(locked);
  await chmod(dir, 0o755);
  await chmod(locked, 0o555);
  const temp = join(dir, "temp");
  await mkdir(temp);
  await chmod(temp, 0o1777);
  const script = join(import.meta.dirname, "read-only-cache.ts");
  const user = ordinaryUser();
  const [command = "", ...args] = asUser(user, [process.execPath, script, join(locked, "cache"), temp]);
  const { stdout } = await run(command, args, { cwd: "/" });
  const seen = JSON.parse(stdout) as { warnings: string[]; temporary: boolean; stored: boolean };
  expect(seen).toMatchObject({ temporary: true, stored: true });
  expect(seen.warnings.join()).toContain("Cache disabled");
  expect(await readdir(temp)).toEqual([]);
  if (AS_ROOT) expect(user.uid).not.toBe(0);
});
