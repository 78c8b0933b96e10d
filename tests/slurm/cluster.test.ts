// The cluster that the tests of batch jobs run on: without a plugin it is a plain Slurm.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasSlurm, startCluster, type TestCluster } from "../support/slurm.ts";

describe.skipIf(!hasSlurm)("a test cluster of three nodes (needs root, slurm-wlm and munge)", () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.stop());

  test("an ordinary user's step runs on every node", async () => {
    const { stdout, stderr } = await cluster.run(["srun", "-N3", "sh", "-c", "id -u; echo $SLURMD_NODENAME"]);
    expect(stderr.replace(/^srun: job .*\n/gm, "")).toBe("");
    const names = cluster.nodes.map((node) => node.name);
    expect(stdout.trim().split("\n").toSorted()).toEqual(
      [...Array(3).fill(String(cluster.user.uid)), ...names].toSorted(),
    );
  });

  test("a batch job's output and status come back", async () => {
    const { status, stdout } = await cluster.jobs.batch(["-N1"], "#!/bin/sh\necho here\nexit 3\n");
    expect({ status, stdout }).toEqual({ status: 3, stdout: "here\n" });
  });

  test("what a job has left running ends with it", async () => {
    const { status } = await cluster.jobs.batch(["-N1"], "#!/bin/sh\nsetsid sleep 987 &\n");
    expect(status).toBe(0);
    await cluster.quiet();
    const { stdout } = await cluster.run(["pgrep", "-x", "-f", "sleep 987"]);
    expect(stdout).toBe("");
  });
});
