// Keeps a job's image in the gateway from being removed while the job waits and runs. One pin for each user and image, which every
// submission puts off again and which ends by itself: Slurm tells nobody at submission which job it is, and a cancelled one has no epilog.

import { BerthError } from "../../base/errors.ts";
import type { ImageRequest } from "../../batch/types.ts";
import { pinImage } from "../../gateway/client/api.ts";
import type { NodeConfig } from "../../site/node-config.ts";
import { parseDuration } from "../../site/units.ts";
import type { Context } from "../context.ts";
import { openSiteGateways } from "../gateway/open.ts";
import { clientConfig } from "../shifter/lookup.ts";

/** Pins it. A gateway that knows no pins, as Shifter's, or refuses one, is no reason to refuse the job. */
export async function holdImage(
  image: ImageRequest,
  time: string,
  config: NodeConfig,
  context: Context,
): Promise<void> {
  const { signal, log, user } = context;
  const ms = parseDuration(time);
  const client = await clientConfig(config, context);
  if (ms === undefined || client.system === undefined) {
    log.warn(`the image is not held: ${ms === undefined ? `${time} is no time, such as 3d` : "no system is named"}`);
    return;
  }
  const gateways = openSiteGateways(context, client, { logins: new Map(), optional: false });
  try {
    const pin = { system: client.system, itype: image.type, tag: image.name, holder: `jobs:${user.name}` };
    await pinImage(gateways, { ...pin, until: Date.now() / 1000 + ms / 1000 }, { signal });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof BerthError)) throw error;
    log.debug(`the image is not held: ${error.message}`);
  } finally {
    await gateways.close();
  }
}
