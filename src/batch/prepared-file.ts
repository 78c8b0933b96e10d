// Writes a prepared plan (docs/prepared-plan.md): what a container that is set up on a node was made for, and how the native
// `shifter` launches in it. It must not know how the node was set up. Pure.

import { encodeRecords, environmentWords, mountWords, type Words } from "../run/plan-format.ts";
import { volumeSignature } from "../site/volume.ts";
import { changeSteps, imageSteps, setSteps } from "./environment.ts";
import { PREPARED_HEADER } from "./prepared-image.ts";
import { launchMounts, userMounts, type VolumeFacts } from "./site-layer.ts";
import type { BatchLaunch, DeviceAdditions } from "./types.ts";

/** What is known beside the launch. */
export interface PreparedFacts extends Pick<VolumeFacts, "isFile" | "cacheOf"> {
  /** Directory of the set-up; `root/` below it is the container's root. */
  readonly dir: string;
  /** Requests that lead to the image, as `TYPE:NAME`. */
  readonly names: readonly string[];
  /** Volumes and modules in the words in which they were asked for. */
  readonly volumeTexts: readonly string[];
  readonly moduleTexts: readonly string[];
  /** True when the modules are those of a caller who names none. */
  readonly defaultModules: boolean;
  /** Mounts and variables of devices. */
  readonly devices?: DeviceAdditions;
}

/** The bytes of `prepared`. @throws E_PLAN_NUL, E_PLAN_LARGE */
export function preparedFile(launch: BatchLaunch, facts: PreparedFacts): Buffer {
  return encodeRecords(
    [...conditions(launch, facts), ...placeRecords(launch, facts), ...programRecords(launch, facts)],
    PREPARED_HEADER,
  );
}

function conditions({ image, request, modules, config }: BatchLaunch, facts: PreparedFacts): readonly Words[] {
  const volumes = new Set([...facts.volumeTexts, volumeSignature(request.volumes)]);
  const moduleLists = new Set([...facts.moduleTexts, modules.map(({ name }) => name).join(",") || "none"]);
  return [
    ["identifier", image.id],
    ...facts.names.map((name) => ["image", name]),
    ["default-type", config.defaultImageType],
    ...[...volumes].map((text) => ["volumes", text]),
    ...[...moduleLists].map((text) => ["modules", text]),
    ...(facts.defaultModules ? [["default-modules"]] : []),
    ...(image.workdir === undefined ? [] : [["workdir", image.workdir]]),
    ...image.entrypoint.map((word) => ["entry", word]),
    ...image.cmd.map((word) => ["cmd", word]),
  ];
}

function placeRecords({ request, config }: BatchLaunch, facts: PreparedFacts): readonly Words[] {
  const root = `${facts.dir}/root`;
  const mounts = [
    ...launchMounts(),
    ...(facts.devices?.mounts ?? []),
    ...userMounts(request.volumes, { config, ...facts }),
  ];
  return [
    ["userns", "self"],
    ["root", "dir", root, 0],
    ["expect-mount", root],
    ["layer", "none", 0, "", ""],
    ...mounts.map(mountWords),
    ["@chdir"],
    ["called", "shifter"],
  ];
}

function programRecords({ image, modules, config }: BatchLaunch, { devices }: PreparedFacts): readonly Words[] {
  const changes = [...modules.map(({ environment }) => environment), config.environment];
  return [
    ["@environment"],
    ...[...imageSteps(image), ...setSteps(devices?.env ?? [])].map(environmentWords),
    ["@env-file"],
    ["@set"],
    ...changes.flatMap(changeSteps).map(environmentWords),
    ...modules.flatMap(({ userhook }) => (userhook === undefined ? [] : [["hook", userhook]])),
    ["@program"],
    ["end"],
  ];
}
