import { expect, test } from "vitest";
import type { JoinPlan, LaunchPlan } from "./launch-plan.ts";
import { encodeJoinPlan, encodePlan } from "./plan-format.ts";

const PROGRAM = {
  chdir: ["/work", "/"],
  umask: 0o027,
  limits: [],
  keepCaps: false,
  caps: "none",
  keepFds: [],
  env: new Map([["A", "b"]]),
  exec: "ls",
  argv: ["ls", "-l"],
} as const;

function records(bytes: Buffer): string {
  return bytes.toString().replace("BERTHPLAN1\n", "").replaceAll("\0", " ").trim();
}

test("a plan for joining names the process with its start, and has records of the program only", () => {
  const plan: JoinPlan = { join: { pid: 17, start: "4711" }, controlGroup: "/sys/fs/cgroup/x", ...PROGRAM };
  expect(records(encodeJoinPlan(plan))).toBe(
    "join 17 4711 control-group /sys/fs/cgroup/x chdir /work chdir / umask 0027 caps none env A=b exec ls arg ls arg -l end",
  );
});

test("an instance without a program has neither `exec` nor `arg`", () => {
  const plan: LaunchPlan = {
    ...PROGRAM,
    userns: { kind: "self" },
    unshare: ["pid"],
    root: { kind: "dir", source: "/image" },
    touch: [],
    expectMounts: [],
    layer: { kind: "auto" },
    mounts: [],
    readonlyRoot: false,
    init: true,
    instance: 3,
    exec: "",
    argv: [],
  };
  expect(records(encodePlan(plan))).toBe(
    "userns self unshare pid root dir /image 0 layer auto 0   init instance 3 chdir /work chdir / umask 0027 caps none env A=b end",
  );
});
