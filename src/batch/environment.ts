// The payload's environment as steps for the launcher, in Shifter's order (spec/shifter.md 5.8). Pure.

import type { Environment } from "../platform/user.ts";
import type { EnvStep } from "../run/launch-plan.ts";
import type { EnvironmentChanges } from "../site/node-config.ts";
import { isDangerous } from "./linker-variables.ts";
import type { BatchImage, BatchLaunch, ShifterRequest } from "./types.ts";

type Wishes = Pick<ShifterRequest, "image" | "set" | "unset" | "keep" | "envFiles" | "clearEnv">;

/** All steps of a launch, in order; later ones win. `devices` are the variables of devices, which no image can know. */
export function environmentSteps(
  launch: BatchLaunch,
  caller: Environment,
  devices: ReadonlyMap<string, string> = new Map(),
): readonly EnvStep[] {
  const { request, image, modules, config } = launch;
  return [
    ...callerSteps(request, caller),
    ...nameSteps(request, image),
    ...imageSteps(image),
    ...setSteps(devices),
    ...request.envFiles.map((path): EnvStep => ({ op: "file", path })),
    ...setSteps(request.set),
    ...modules.flatMap(({ environment }) => changeSteps(environment)),
    ...changeSteps(config.environment),
  ];
}

/** What comes along from the caller. */
export function callerSteps({ clearEnv, unset, keep }: Wishes, caller: Environment): readonly EnvStep[] {
  if (clearEnv) return [];
  const steps: EnvStep[] = [];
  for (const [name, value] of Object.entries(caller)) {
    if (value === undefined || isDangerous(name) || unset.includes(name)) continue;
    if (keep === undefined || keep.includes(name)) steps.push({ op: "set", name, value });
  }
  return steps;
}

function nameSteps({ image: { asked } }: Wishes, { id }: BatchImage): readonly EnvStep[] {
  return [
    { op: "set", name: "SHIFTER_IMAGEREQUEST", value: asked },
    { op: "set", name: "SHIFTER_IMAGE", value: id },
  ];
}

/** The image's variables. An empty value counts as none, here and with sites and modules. */
export function imageSteps({ env }: Pick<BatchImage, "env">): readonly EnvStep[] {
  return env.flatMap((line): EnvStep[] => {
    const at = line.indexOf("=");
    return at > 0 && at < line.length - 1 ? [{ op: "set", name: line.slice(0, at), value: line.slice(at + 1) }] : [];
  });
}

/** Variables as they are. */
export function setSteps(pairs: Iterable<readonly [string, string]>): readonly EnvStep[] {
  return [...pairs].map(([name, value]) => ({ op: "set", name, value }));
}

/** What a module or the site changes. */
export function changeSteps({ set, append, prepend, unset }: EnvironmentChanges): readonly EnvStep[] {
  const joined = (op: "set" | "append" | "prepend", pairs: EnvironmentChanges["set"]): EnvStep[] =>
    pairs.filter(([, value]) => value !== "").map(([name, value]) => ({ op, name, value }));
  return [
    ...joined("set", set),
    ...joined("append", append),
    ...joined("prepend", prepend),
    ...unset.map((name): EnvStep => ({ op: "unset", name })),
  ];
}
