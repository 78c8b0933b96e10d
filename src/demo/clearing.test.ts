import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { clearStage, processesNaming } from "./clearing.ts";

test("processes that name the folder end, others go on, and the folder is gone", async () => {
  const [mine, others] = [mkdtempSync(join(tmpdir(), "berth-clear-")), mkdtempSync(join(tmpdir(), "berth-clear-"))];
  const start = (folder: string) => {
    writeFileSync(join(folder, "file"), "");
    return spawn("tail", ["-f", join(folder, "file")], { stdio: "ignore" });
  };
  const [ended, kept] = [start(mine), start(others)];
  try {
    await Promise.all([ended, kept].map((child) => new Promise((resolve) => child.once("spawn", resolve))));
    await clearStage(mine);
    expect(existsSync(mine)).toBe(false);
    expect(await processesNaming(mine)).toEqual([]);
    expect(await processesNaming(others)).toEqual([kept.pid]);
  } finally {
    await Promise.all([new Promise((resolve) => kept.once("close", resolve)), kept.kill()]);
    await clearStage(others);
  }
});
