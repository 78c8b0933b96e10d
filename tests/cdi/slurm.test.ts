// GPUs bound to tasks by a real Slurm: two GPUs that do not exist on one node, and what each task of a step sees of them.

import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTree } from "../run/images.ts";
import { installed } from "../support/ordinary-user.ts";
import { hasSlurm, startCluster, type TestCluster } from "../support/slurm.ts";
import { specification } from "./vendor.ts";

const BINARY = resolve(process.env["BERTH_BINARY"] ?? join(dirname(dirname(import.meta.dirname)), "build", "berth"));

function obstacle(): string | undefined {
  if (!hasSlurm) return "no Slurm, or not root";
  if (!existsSync(BINARY)) return `${BINARY} is not built`;
  return installed("busybox") ? undefined : "busybox is not installed";
}

const reason = obstacle();

describe.skipIf(reason)(`GPUs in a job${reason ? ` [${reason}]` : ""}`, { timeout: 60_000 }, () => {
  let cluster: TestCluster;
  let dir = "";

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "berth-gpu-slurm-"));
    chmodSync(dir, 0o755);
    makeTree(join(dir, "tree"));
    mkdirSync(join(dir, "cdi"));
    // Slurm wants a device for each GPU.
    for (const [n, device] of ["/dev/null", "/dev/zero"].entries()) symlinkSync(device, join(dir, `gpu${n}`));
    const gpus = [0, 1].map((n) => [
      String(n),
      { deviceNodes: [{ path: `/dev/nvidia${n}`, hostPath: "/dev/null" }], env: [`GPU${n}=here`] },
    ]);
    const all = { deviceNodes: gpus.flatMap(([, edits]) => (edits as { deviceNodes: object[] }).deviceNodes) };
    const spec = specification("nvidia.com/gpu", { ...Object.fromEntries(gpus), all }, {});
    writeFileSync(join(dir, "cdi/nvidia.json"), JSON.stringify(spec));
    cluster = await startCluster({
      nodes: 1,
      lines: ["GresTypes=gpu", "NodeName=DEFAULT Gres=gpu:2"],
      files: { "gres.conf": `AutoDetect=off\nName=gpu File=${dir}/gpu[0-1]\n` },
    });
  });
  afterAll(async () => {
    await cluster?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  async function seen(slurm: readonly string[], berth: readonly string[]): Promise<string[]> {
    const script = 'echo "$SLURM_PROCID:" $(ls /dev | busybox grep nvidia) "$GPU0,$GPU1 $CUDA_VISIBLE_DEVICES"';
    const words = [
      BINARY,
      "exec",
      "--nv",
      "--cdi-dirs",
      join(dir, "cdi"),
      ...berth,
      join(dir, "tree"),
      "sh",
      "-c",
      script,
    ];
    const env = { BERTH_RUNTIMEDIR: join(cluster.folder, "run"), BERTH_CACHEDIR: join(cluster.folder, "cache") };
    const { stdout, stderr, status } = await cluster.run(["srun", ...slurm, ...words], { env });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    return stdout.trim().split("\n").sort();
  }

  test("are bound to tasks: each sees its own, by its number on the host", async () => {
    expect(await seen(["-n", "2", "--gres=gpu:2", "--gpu-bind=single:1"], [])).toEqual([
      "0: nvidia0 here, 0",
      "1: nvidia1 ,here 1",
    ]);
  });

  test("are counted anew where a task's container has a /dev of its own", async () => {
    expect(await seen(["-n", "2", "--gres=gpu:2", "--gpu-bind=single:1"], ["--contain"])).toEqual([
      "0: nvidia0 here, 0",
      "1: nvidia1 ,here 0",
    ]);
  });

  test("are all seen by a step that is given all, and by one of which Slurm says nothing", async () => {
    expect(await seen(["-n", "1", "--gres=gpu:2"], [])).toEqual(["0: nvidia0 nvidia1 here,here 0,1"]);
    expect(await seen(["-n", "1", "--gres=none"], ["--contain"])).toEqual(["0: nvidia0 nvidia1 ,"]);
  });
});
