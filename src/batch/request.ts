// From options, variables and the site's defaults to the request of a launch (spec/shifter.md 5.1, 5.2). Pure.

import type { Environment } from "../platform/user.ts";
import { parseModuleList } from "../site/modules.ts";
import type { NodeConfig } from "../site/node-config.ts";
import { parseUserVolumes } from "../site/volume.ts";
import { chooseImage, shifterVariable } from "./image-choice.ts";
import type { ShifterOptions } from "./options.ts";
import type { ShifterRequest } from "./types.ts";

/** The request. @throws E_SHIFTER_NO_IMAGE, E_SHIFTER_IMAGE_NAME, E_VOLUME, E_VOLUME_FLAG */
export function shifterRequest(
  options: ShifterOptions,
  env: Environment,
  config: Pick<NodeConfig, "defaultImageType">,
): ShifterRequest {
  const modules = options.modules ?? shifterVariable(env, "SHIFTER_MODULE");
  const volumes = options.volumes ?? [shifterVariable(env, "SHIFTER_VOLUME") ?? ""];
  const { set, unset, keep, envFiles, clearEnv, writableTmpfs, devices, words } = options;
  return {
    image: chooseImage(options.image, env, config.defaultImageType),
    volumes: volumes.flatMap(parseUserVolumes),
    modules: modules === undefined ? undefined : parseModuleList(modules),
    entrypoint: entrypointWish(options.entrypoint),
    workdir: workdirWish(options.workdir),
    ...{ set, unset, keep, envFiles, clearEnv, writableTmpfs, devices, words },
  };
}

function entrypointWish(said: ShifterOptions["entrypoint"]): ShifterRequest["entrypoint"] {
  if (said === undefined) return { kind: "none" };
  return said === true ? { kind: "image" } : { kind: "given", program: said };
}

function workdirWish(said: ShifterOptions["workdir"]): ShifterRequest["workdir"] {
  if (said === undefined) return { kind: "caller" };
  return said === true ? { kind: "image" } : { kind: "given", path: said };
}
