import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { holdersOf } from "./holders.ts";

test("a process that stands in a mount is named, without what its name would do to a terminal", async () => {
  const work = mkdtempSync(join(tmpdir(), "berth-holders-"));
  const program = join(work, "\x1b[2Ja\nb");
  copyFileSync("/bin/sleep", program);
  const child = spawn(program, ["60"], { cwd: work, stdio: "ignore" });
  try {
    await once(child, "spawn");
    const { dev } = statSync(work);
    const device = `${Math.floor(dev / 256) % 4096}:${(dev & 0xff) + Math.floor(dev / 1048576) * 256}`;
    const found = holdersOf(() => false, device).find(({ pid }) => pid === child.pid);
    expect(found).toMatchObject({ name: "?[2Ja?b", uid: process.getuid?.() });
  } finally {
    child.kill("SIGKILL");
    rmSync(work, { recursive: true, force: true });
  }
});
