// The launch plan of a RUN step: a program in the state's files, in namespaces of its own. Pure.

import { deviceMounts } from "../../run/device-mounts.ts";
import type { LaunchPlan, MountRecord, Namespace } from "../../run/launch-plan.ts";
import type { RunStep } from "../types.ts";
import type { Account } from "./accounts.ts";

const SHARED_MEMORY = 64 * 2 ** 20;

/** What the plan is made from. */
export interface RunFacts {
  readonly step: RunStep;
  /** The mounted state. */
  readonly root: string;
  readonly account: Account;
  /** Files of the host that stand for the image's, by target. */
  readonly hostFiles: readonly { readonly source: string; readonly target: string }[];
  /** What the step's own mounts come to. */
  readonly mounts: readonly MountRecord[];
  /** False where the kernel lets nobody mount a new /proc. */
  readonly ownProcesses: boolean;
  /** True when the namespace has one id only: users are then all the same. */
  readonly singleId: boolean;
}

/** The plan. */
export function runPlan(facts: RunFacts): LaunchPlan {
  const { step, account, singleId } = facts;
  const unshare: Namespace[] = [...(facts.ownProcesses ? (["pid"] as const) : []), "ipc", "uts"];
  if (step.network === "none") unshare.push("net");
  const asRoot = singleId || (account.uid === 0 && account.gid === 0);
  return {
    userns: { kind: "none" },
    unshare,
    // The name of this machine must not find its way into a layer.
    hostname: "build",
    root: { kind: "dir", source: facts.root },
    touch: [],
    expectMounts: [],
    layer: { kind: "direct" },
    mounts: [
      { op: "proc", target: "/proc" },
      { op: "bind", source: "/sys", target: "/sys", flags: ["ro"] },
      ...deviceMounts({ minimal: true, pts: true, ipc: true, shmSize: SHARED_MEMORY }),
      ...facts.hostFiles.map(({ source, target }) => ({ op: "bind", source, target, flags: ["ro"] }) as const),
      ...facts.mounts,
    ],
    readonlyRoot: false,
    chdir: [step.cwd],
    umask: 0o022,
    limits: [],
    // Root inside may do what root of a container may: change owners, mount, become others.
    keepCaps: true,
    caps: "none",
    setid: asRoot ? undefined : { uid: account.uid, gid: account.gid },
    groups: asRoot ? [] : account.groups,
    init: facts.ownProcesses,
    keepFds: [],
    // A program expects a home; the recipe may name another.
    env: new Map([["HOME", account.home], ...Object.entries(step.env)]),
    exec: step.argv[0] ?? "",
    argv: step.argv,
  };
}
