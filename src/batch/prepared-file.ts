// Writes a prepared plan (docs/prepared-plan.md): what a container that is set up on a node was made for, and how the native
// `shifter` launches in it. It must not know how the node was set up. Pure.

import { encodeRecords, environmentWords, mountWords, type Words } from "../run/plan-format.ts";
import { volumeSignature } from "../site/volume.ts";
import { changeSteps, imageSteps } from "./environment.ts";
import { PREPARED_HEADER } from "./prepared-image.ts";
import { launchMounts, userMounts, type VolumeFacts } from "./site-layer.ts";
import type { BatchLaunch } from "./types.ts";

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
}

/** The bytes of `prepared`. @throws E_PLAN_NUL, E_PLAN_LARGE */
export function preparedFile(launch: BatchLaunch, facts: PreparedFacts): Buffer {
  return encodeRecords(
    [...conditions(launch, facts), ...placeRecords(launch, facts), ...programRecords(launch)],
    PREPARED_HEADER,
  );
}

function conditions({ image, request, modules, config }: BatchLaunch, facts: PreparedFacts): readonly Words[] {
  const volumes = new Set([...facts.volumeTexts, volumeSignature(request.volumes)]);
  const moduleLists = new Set([...facts.moduleTexts, modules.map(({ name }) => name).join(",") || "none"]);
  // Which devices a task gets is known when it starts: launches with such modules are not for the native `shifter`.
  const fits = modules.every(({ devices }) => devices.length === 0);
  return [
    ["identifier", image.id],
    ...facts.names.map((name) => ["image", name]),
    ["default-type", config.defaultImageType],
    ...[...volumes].map((text) => ["volumes", text]),
    ...(fits ? [...moduleLists].map((text) => ["modules", text]) : []),
    ...(fits && facts.defaultModules ? [["default-modules"]] : []),
    ...(image.workdir === undefined ? [] : [["workdir", image.workdir]]),
    ...image.entrypoint.map((word) => ["entry", word]),
    ...image.cmd.map((word) => ["cmd", word]),
  ];
}

function placeRecords({ request, config, person }: BatchLaunch, facts: PreparedFacts): readonly Words[] {
  const root = `${facts.dir}/root`;
  const mounts = [...launchMounts(), ...userMounts(request.volumes, { config, ...facts })];
  return [
    ["userns", "self"],
    ["user-namespace", `${facts.dir}/userns`, person.gid],
    ["root", "dir", root, 0],
    ["expect-mount", root],
    ["layer", "none", 0, "", ""],
    ...mounts.map(mountWords),
    ["@chdir"],
    ["called", "shifter"],
  ];
}

function programRecords({ image, modules, config }: BatchLaunch): readonly Words[] {
  const changes = [...modules.map(({ environment }) => environment), config.environment];
  return [
    ["@environment"],
    ...imageSteps(image).map(environmentWords),
    ["@env-file"],
    ["@set"],
    ...changes.flatMap(changeSteps).map(environmentWords),
    ...modules.flatMap(({ userhook }) => (userhook === undefined ? [] : [["hook", userhook]])),
    ["@program"],
    ["end"],
  ];
}
