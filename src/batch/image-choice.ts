// Which image is meant: the option, else the variables that a user or the batch system has set, in Shifter's order of
// precedence (spec/shifter.md 5.2), else the variable SHIFTER, of which Shifter only speaks. Pure.

import type { Environment } from "../platform/user.ts";
import type { ImageType } from "../site/node-config.ts";
import { fail } from "./errors.ts";
import { imageRequest, parseImageName } from "./image-name.ts";
import type { ImageRequest } from "./types.ts";

const BY_SLURM = "SLURM_SPANK_";

/** A variable of `shifter`, or what Slurm calls it in a job. An empty one is not set. */
export function shifterVariable(env: Environment, name: string): string | undefined {
  return env[name] || env[`${BY_SLURM}${name}`] || undefined;
}

/** The image that is asked for. @throws E_SHIFTER_NO_IMAGE, E_SHIFTER_IMAGE_NAME */
export function chooseImage(option: string | undefined, env: Environment, defaultType: ImageType): ImageRequest {
  if (option !== undefined) return parseImageName(option, defaultType);
  const asked = shifterVariable(env, "SHIFTER_IMAGEREQUEST");
  const [type, name] = ["SHIFTER_IMAGETYPE", "SHIFTER_IMAGE"].map((half) => shifterVariable(env, half));
  if (type !== undefined && name !== undefined) {
    const request = imageRequest(type, name);
    // A job's image is frozen as its id; what the user had asked for is the better name of it.
    return type === "id" && asked !== undefined ? { ...request, asked } : request;
  }
  const text = asked ?? (env["SHIFTER"] || undefined);
  if (text === undefined) throw fail("E_SHIFTER_NO_IMAGE");
  return parseImageName(text, defaultType);
}
