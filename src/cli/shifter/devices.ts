// The devices of a launch: those of its modules and those asked for. Loaded only when there are any.

import type { DeviceAdditions } from "../../batch/types.ts";
import { findDevices } from "../../run/cdi.ts";
import { fitDevices } from "../../run/device-fit.ts";
import type { RootView } from "../../run/plan.ts";
import type { Context } from "../context.ts";

/** What the launch gets of the host. `imageEnv` are `NAME=VALUE` lines. */
export interface DeviceOrder {
  readonly names: readonly string[];
  readonly view: RootView;
  readonly imageEnv: readonly string[];
  readonly writable: boolean;
  readonly runtime: string;
}

/** The mounts and variables. @throws E_DEVICE… */
export async function shifterDevices(order: DeviceOrder, { env, log }: Context): Promise<DeviceAdditions> {
  const { names, view, imageEnv, writable, runtime } = order;
  // As --cdi-dirs of the other commands reads it.
  const dirs = (env["BERTH_CDI_DIRS"] ?? "").split(",").filter((dir) => dir !== "");
  const edits = await findDevices({ names, dirs, env, dev: { minimal: false, ipc: false }, log });
  return await fitDevices(edits, { view, fixedRoot: !writable, imageEnv, runtime });
}
