// `berth demo services`: an engine, a server and a stack on this machine, and nothing of them afterwards.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hasDockerd } from "../support/engine.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");

test.skipIf(!hasDockerd)(
  "the demonstration of services holds all its proofs and leaves nothing (skipped without root and Debian's docker.io)",
  { timeout: 240_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "berth-demo-services-"));
    try {
      const env = { PATH: process.env["PATH"] ?? "", HOME: folder, TMPDIR: folder };
      const ran = spawnSync(process.execPath, [MAIN, "demo", "services"], { cwd: "/", env, encoding: "utf8" });
      expect(`${ran.stdout}${ran.stderr}`).toMatch(/(\d+) of \1 proofs held/);
      expect(ran.status).toBe(0);
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
