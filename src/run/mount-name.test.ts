import { expect, test } from "vitest";
import { mountName } from "./mount-name.ts";

function name(env: Record<string, string>, gid: number): string {
  return mountName("k", { env, user: { gid } });
}

test("launches of one group share a mount", () => {
  expect(name({}, 100)).toBe("k-g100");
  expect(name({}, 101)).not.toBe(name({}, 100));
});

test("a batch job has mounts of its own, whatever its id looks like", () => {
  expect(name({ SLURM_JOB_ID: "4711" }, 100)).toBe("k-g100-j4711");
  expect(name({ PBS_JOBID: "12[3].head/../x" }, 100)).toBe("k-g100-j12_3__head____x");
});
