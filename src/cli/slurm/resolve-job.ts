// What a job's options come to: checked as far as can be known at submission, with the image's id of this moment. Asks the
// site's configuration and gateway as the user.

import { checkCaches } from "../../batch/cache-rules.ts";
import { localImage } from "../../batch/find-image.ts";
import { chooseImage, shifterVariable } from "../../batch/image-choice.ts";
import { callingPerson } from "../../batch/person.ts";
import { fail } from "../../batch/slurm/errors.ts";
import { readSubmission, type Submission, type SubmitOptions } from "../../batch/slurm/submission.ts";
import type { ImageRequest } from "../../batch/types.ts";
import type { Environment } from "../../platform/user.ts";
import { workingDirectory } from "../../run/host.ts";
import { parseModuleList, selectModules } from "../../site/modules.ts";
import type { NodeConfig } from "../../site/node-config.ts";
import { readNodeConfig } from "../../site/node-config-read.ts";
import { formatVolume, parseUserVolumes } from "../../site/volume.ts";
import type { Context } from "../context.ts";

type Variable = readonly [name: string, value: string];

/** What the administrator says of submissions. */
export interface ResolveSite {
  /** Path of the configuration; undefined: the machine's. */
  readonly config: string | undefined;
  /** How long the job's image is kept from being removed, as in `3d`; undefined: it is not. */
  readonly pin: string | undefined;
}

/** The variables of the job. @throws what the request is wrong with, or E_SHIFTER_LOOKUP */
export async function resolveJob(
  options: SubmitOptions,
  site: ResolveSite,
  context: Context,
): Promise<readonly Variable[]> {
  const { env, user } = context;
  const submission = readSubmission(options, { env, cwd: workingDirectory(), home: user.home });
  requireImage(options, submission, env);
  const { config } = await readNodeConfig({ env, path: site.config });
  callingPerson(config, { ...user, groups: process.getgroups?.() ?? [] });
  const volumes = (submission.volumes ?? optional(shifterVariable(env, "SHIFTER_VOLUME"))).flatMap(parseUserVolumes);
  const modules = submission.modules ?? shifterVariable(env, "SHIFTER_MODULE");
  const chosen = selectModules(config, modules === undefined ? undefined : parseModuleList(modules));
  checkCaches([...config.siteFs, ...chosen.flatMap((module) => module.volumes), ...volumes], config);
  const image = chooseImage(submission.image, env, config.defaultImageType);
  return [
    ...imageVariables(image, await identify(image, config, site.pin, context)),
    ...(volumes.length > 0 ? [["SHIFTER_VOLUME", volumes.map(formatVolume).join(";")] as const] : []),
    ...(modules === undefined ? [] : [["SHIFTER_MODULE", modules] as const]),
    ...(submission.ccm ? [["SHIFTER_CCM", "1"] as const] : []),
    ...(submission.task ? [["BERTH_TASK", ["shifter", ...submission.task].join("\x1f")] as const] : []),
  ];
}

// In a job the image is known, and a step may speak of volumes alone. A variable of the user's own is no word to Slurm.
function requireImage(options: SubmitOptions, { image }: Submission, env: Environment): void {
  if (image !== undefined || env["SLURM_SPANK_SHIFTER_IMAGE"]) return;
  const option = (["volume", "module", "entrypoint", "env-file"] as const).find((name) => options[name]);
  const other = Object.keys(options).find((name) => name.startsWith("container-"));
  throw fail("E_SLURM_NO_IMAGE", { option: option ?? other ?? "image" });
}

function imageVariables({ type, asked }: ImageRequest, id: string): readonly Variable[] {
  return [
    ["SHIFTER_IMAGE", id],
    ["SHIFTER_IMAGETYPE", type === "local" ? "local" : "id"],
    ["SHIFTER_IMAGEREQUEST", asked],
  ];
}

async function identify(
  image: ImageRequest,
  config: NodeConfig,
  pin: string | undefined,
  context: Context,
): Promise<string> {
  const { env } = context;
  if (image.type === "local") return localImage(image.name, config).id;
  if (image.type === "id") return image.name;
  // A step of the job that names the job's image means the one it was submitted with.
  const frozen = env["SLURM_SPANK_SHIFTER_IMAGETYPE"] === "id" ? env["SLURM_SPANK_SHIFTER_IMAGE"] : undefined;
  if (frozen && env["SLURM_JOB_ID"] && env["SLURM_SPANK_SHIFTER_IMAGEREQUEST"] === image.asked) return frozen;
  const { lookUpImage } = await import("../shifter/lookup.ts");
  const id = await lookUpImage(image, config, context);
  if (pin !== undefined) await (await import("./hold-image.ts")).holdImage(image, pin, config, context);
  return id;
}

function optional(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}
