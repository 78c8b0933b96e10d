// Devices that the caller adds to a bundle: what CDI specifications say, put behind what the bundle says.

import { findDevices } from "../run/cdi.ts";
import { fitDevices } from "../run/device-fit.ts";
import type { LaunchPlan } from "../run/launch-plan.ts";
import type { BundleConfig } from "./config.ts";
import { binds } from "./mount-options.ts";
import type { BundleWish } from "./prepare.ts";

/** The plan with the devices. @throws E_DEVICE… */
export async function withDevices(
  plan: LaunchPlan,
  config: BundleConfig,
  { devices: names, cdiDirs: dirs, env, log }: BundleWish,
  runtime: string,
): Promise<LaunchPlan> {
  const dev = config.mounts.findLast(({ destination }) => destination === "/dev");
  const form = { minimal: dev === undefined || !binds(dev), ipc: config.namespaces.has("ipc") };
  const edits = await findDevices({ names, dirs, env, dev: form, log });
  const imageEnv = [...plan.env].map(([name, value]) => `${name}=${value}`);
  const fixedRoot = plan.layer.kind === "auto";
  const added = await fitDevices(edits, { view: { root: plan.root }, fixedRoot, imageEnv, runtime });
  return { ...plan, mounts: [...plan.mounts, ...added.mounts], env: new Map([...plan.env, ...added.env]) };
}
