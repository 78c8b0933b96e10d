// `berth demo batch`: a cluster, a gateway and a job on this machine, and nothing of them afterwards, whoever ends it.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { remainsOf } from "../../src/demo/batch-remains.ts";
import { AS_ROOT, asUser, ordinaryUser } from "../support/ordinary-user.ts";
import { hasSlurm } from "../support/slurm.ts";
import { BERTH, hasSpank, spankPlugin } from "../support/slurm-plugin.ts";

const absent = !hasSlurm ? "root, slurm-wlm and munge" : !hasSpank ? "libslurm-dev and build/berth" : "";

describe.skipIf(absent)(`the demonstration of a batch job${absent ? ` [needs ${absent}]` : ""}`, () => {
  let folder: string;
  beforeEach(() => {
    spankPlugin();
    folder = mkdtempSync(join(tmpdir(), "berth-demo-batch-"));
    // The job is an ordinary user's, who has to get there.
    chmodSync(folder, 0o755);
  });
  afterEach(async () => {
    expect(readdirSync(folder)).toEqual([]);
    expect(await remainsOf(folder)).toEqual({ processes: [], mounts: [], loops: [] });
    rmSync(folder, { recursive: true });
  });
  const environment = () => ({ PATH: process.env["PATH"] ?? "", HOME: folder, TMPDIR: folder });

  test("holds all its proofs", { timeout: 120_000 }, () => {
    const ran = spawnSync(BERTH, ["demo", "batch"], { cwd: "/", env: environment(), encoding: "utf8" });
    expect(`${ran.stdout}${ran.stderr}`).toMatch(/(\d+) of \1 proofs held/);
    expect(ran.status).toBe(0);
  });

  test.each([
    ["its cluster starts", 2, 130],
    ["its job runs", 6, 130],
  ])("leaves nothing when it is interrupted while %s", { timeout: 120_000 }, async (_, step, status) => {
    const demo = spawn(BERTH, ["demo", "batch"], { cwd: "/", env: environment(), stdio: ["ignore", "pipe", "ignore"] });
    const closed = once(demo, "close");
    for await (const line of createInterface(demo.stdout)) if (line.startsWith(`${step}  `)) demo.kill("SIGINT");
    expect(await closed).toEqual([status, null]);
  });
});

test.skipIf(!AS_ROOT || !hasSpank)(
  "who is not root is told that a cluster's daemons need root [needs build/berth]",
  () => {
    const [command = "", ...rest] = asUser(ordinaryUser(), [BERTH, "demo", "batch"]);
    const { status, stdout, stderr } = spawnSync(command, rest, { cwd: "/", encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("the daemons of a cluster must be started by root");
  },
);
