// Slurm's own --container, served by `berth oci`: a real cluster, the ordinary user's bundle.

import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installed, ordinaryUser } from "../support/ordinary-user.ts";
import { hasSlurm, startCluster, type TestCluster } from "../support/slurm.ts";
import { changedBundle, makeBundle } from "./bundles.ts";

const BINARY = resolve(process.env["BERTH_BINARY"] ?? join(dirname(dirname(import.meta.dirname)), "build", "berth"));

function obstacle(): string | undefined {
  if (!hasSlurm) return "no Slurm, or not root";
  if (!existsSync(BINARY)) return `${BINARY} is not built`;
  const program = ["umoci", "busybox", "mkfifo"].find((name) => !installed(name));
  return program && `${program} is not installed`;
}

const OCI = `${BINARY} oci --root=%d/work/oci --pass-env 'SLURM*'`;
const ID = "%n.%u.%j.%s.%t";
const RUN = [`RunTimeRun="${OCI} run ${ID} -b %b"`];
const STEPS = [
  `RunTimeCreate="${OCI} create ${ID} -b %b </dev/null >/dev/null 2>&1"`,
  `RunTimeStart="${OCI} start ${ID}"`,
];
const OTHERS = [
  `RunTimeQuery="${OCI} state ${ID}"`,
  `RunTimeKill="${OCI} kill -a ${ID} KILL"`,
  `RunTimeDelete="${OCI} delete --force ${ID}"`,
];

const reason = obstacle();

describe.skipIf(reason)(
  `a cluster whose oci.conf names berth${reason ? ` [${reason}]` : ""}`,
  { timeout: 60_000 },
  () => {
    let cluster: TestCluster;
    let dir = "";
    let bundle = "";

    beforeAll(async () => {
      const user = ordinaryUser();
      dir = mkdtempSync(join(tmpdir(), "berth-oci-slurm-"));
      chmodSync(dir, 0o755);
      makeBundle(dir, user);
      cluster = await startCluster({
        nodes: 2,

        files: { "oci.conf": `${[...RUN, ...OTHERS].join("\n")}\n` },
      });
      bundle = changedBundle(dir, "job", {}, user);
    });
    afterAll(async () => {
      await cluster?.stop();
      rmSync(dir, { recursive: true, force: true });
    });

    const folder = () => join(cluster.dir, "work/oci");
    const known = () => (existsSync(folder()) ? readdirSync(folder()) : []);
    const recordOf = (id: string) => join(folder(), id, "state.json");

    test("srun runs a program in a bundle", async () => {
      const answer = await cluster.run(["srun", "--container", bundle, "cat", "/etc/os-release"]);
      expect(answer).toMatchObject({ status: 0, stdout: "NAME=bundled\n" });
    });

    const srun = (text: string, ...flags: string[]) =>
      cluster.run(["srun", ...flags, "--container", bundle, "sh", "-c", text], { input: "given\n" });

    test("the program's status, input and errors are the step's, and Slurm's variables are there", async () => {
      const answer = await srun('read x; echo "$x $SLURM_JOB_ID $SLURMD_NODENAME"; echo wrong >&2; exit 5');
      expect(answer).toMatchObject({ status: 5, stdout: expect.stringMatching(/^given \d+ \S+\n$/) });
      expect(answer.stderr).toContain("wrong");
    });

    test("each node of a job has a container of its own", async () => {
      const { stdout } = await srun('echo "$SLURMD_NODENAME $$"', "-N", "2", "--ntasks-per-node=1");
      const lines = stdout.trim().split("\n").sort();
      expect(lines).toEqual(cluster.nodes.map(({ name }) => `${name} 1`).sort());
    });

    test("a batch script runs in the bundle, and steps of others beside it", async () => {
      const script = '#!/bin/sh\ncat /etc/os-release\necho "script on $SLURMD_NODENAME"\n';
      const { status, stdout } = await cluster.jobs.batch(["--container", bundle], script);
      expect({ status, stdout }).toEqual({ status: 0, stdout: `NAME=bundled\nscript on ${cluster.nodes[0]?.name}\n` });
    });

    test("a job that is cancelled takes its container along", async () => {
      const running = cluster.run([
        "srun",
        "--job-name=cancelled",
        "--container",
        bundle,
        "sh",
        "-c",
        "echo up; exec sleep 1000",
      ]);
      let job = "";
      await until(async () => {
        job = (await cluster.run(["squeue", "-h", "-n", "cancelled", "-o", "%i"])).stdout.trim();
        return known().some((id) => id.endsWith(`.${job}.0.0`) && existsSync(recordOf(id)));
      });
      const id = known().find((one) => one.endsWith(`.${job}.0.0`)) ?? "";
      const record = JSON.parse(readFileSync(recordOf(id), "utf8"));
      await cluster.run(["scancel", "--name=cancelled"]);
      expect((await running).status).not.toBe(0);
      await cluster.quiet();
      await until(() => !existsSync(`/proc/${record.pid}`));
    });

    test("nothing is known any more of containers whose jobs have ended", async () => {
      await srun("true");
      await cluster.quiet();
      await until(() => known().length === 0);
    });

    // Slurm gives these containers no input and shows no output.
    test("a runtime that creates and starts does as well", async () => {
      const text = `${[...STEPS, ...OTHERS].join("\n")}\n`.replaceAll("%d", cluster.dir);
      writeFileSync(join(cluster.dir, "oci.conf"), text);
      const path = join(cluster.folder, "made");
      const mounted = changedBundle(
        dir,
        "steps",
        { mounts: [{ destination: "/out", type: "bind", source: cluster.folder }] },
        cluster.user,
      );
      const answer = await cluster.run(["srun", "--container", mounted, "sh", "-c", "cat /etc/os-release >/out/made"]);
      expect(answer.status).toBe(0);
      expect(readFileSync(path, "utf8")).toBe("NAME=bundled\n");
    });
  },
);

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("waited for 20 s in vain");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
