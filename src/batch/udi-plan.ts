// The launch plan of `shifter` on a node that was not set up for the request: image, site and user together, all by the
// caller himself. It opens nothing, but looks whether sources of volumes are files.

import { heldDescriptors } from "../platform/handover.ts";
import type { Environment } from "../platform/user.ts";
import type { LaunchPlan, MountRecord, ResourceLimit, SharedNamespace } from "../run/launch-plan.ts";
import type { RootView } from "../run/plan.ts";
import { formatIdentity, udiIdentity } from "./config-json.ts";
import { isFileInside } from "./container-path.ts";
import { environmentSteps } from "./environment.ts";
import { fail } from "./errors.ts";
import { identityMount, kernelMounts, launchMounts, type SiteFacts, siteMounts, userMounts } from "./site-layer.ts";
import type { BatchLaunch, DeviceAdditions } from "./types.ts";
import { programWords } from "./words.ts";
import { startDirectory } from "./workdir.ts";

/** The machine and the caller's process. */
export interface Surroundings extends Pick<SiteFacts, "etc" | "hostsFile" | "list"> {
  readonly view: RootView;
  /** Directories that must be mounts besides those of the view. */
  readonly expectMounts: readonly string[];
  /** The root was set up with the same modules: their root hooks have run in it. */
  readonly hooksDone: boolean;
  /** The user namespace of the caller's job on this node. */
  readonly shared?: SharedNamespace | undefined;
  /** What the caller's environment holds. */
  readonly env: Environment;
  readonly cwd: string;
  readonly umask: number;
  readonly limits: readonly ResourceLimit[];
  readonly devices: DeviceAdditions;
}

/** Decides on everything. @throws E_SHIFTER_ENTRYPOINT, E_SHIFTER_WORKDIR, E_SHIFTER_ROOT_HOOK */
export function planUdi(launch: BatchLaunch, around: Surroundings): LaunchPlan {
  const { request, image, modules } = launch;
  const hooked = around.hooksDone ? undefined : modules.find(({ roothook }) => roothook !== undefined);
  if (hooked) throw fail("E_SHIFTER_ROOT_HOOK", { name: hooked.name });
  const argv = programWords(request, image);
  const { chdir, otherwise } = startDirectory(request.workdir, image, around.cwd);
  const { view, umask, limits, env } = around;
  return {
    called: "shifter",
    userns: { kind: "self", shared: view.root.kind === "dir" ? around.shared : undefined },
    unshare: [],
    root: view.root,
    touch: view.mounts.map((link) => `${link}.used`),
    expectMounts: [...view.mounts, ...around.expectMounts],
    layer: request.writableTmpfs ? { kind: "tmpfs", size: 0, lowers: [] } : { kind: "auto" },
    mounts: udiMounts(launch, around),
    readonlyRoot: !request.writableTmpfs,
    ...{ chdir, chdirElse: otherwise, umask, limits },
    keepCaps: false,
    caps: "none",
    init: false,
    keepFds: heldDescriptors(env),
    env: new Map(),
    envSteps: environmentSteps(launch, env, around.devices.env),
    hooks: modules.flatMap(({ userhook }) => userhook ?? []),
    exec: argv[0],
    argv,
  };
}

function udiMounts(launch: BatchLaunch, around: Surroundings): readonly MountRecord[] {
  const { config, modules, request } = launch;
  const site = siteMounts({ ...around, config, modules, by: "user" });
  const below = [
    ...site.filter((record) => record.op !== "root-hook"),
    ...kernelMounts(),
    ...launchMounts(),
    ...around.devices.mounts,
  ];
  const isFile = (path: string) => isFileInside(path, around.view.root, below);
  return [
    ...below,
    ...userMounts(request.volumes, { config, isFile }),
    identityMount(formatIdentity(udiIdentity(launch))),
  ];
}
