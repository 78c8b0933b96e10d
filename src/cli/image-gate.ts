// What a machine demands of images, asked before one starts. Loaded where `image-policy.json` is there.

import { checkLaunch } from "../gate/launch-check.ts";
import { readLaunchPolicy } from "../gate/launch-policy.ts";
import type { Context } from "./context.ts";

/** Name of the file, in `/etc/berth` and in a person's own configuration, which can only demand more. */
export const IMAGE_POLICY = "image-policy.json";

/** Lets the image pass all of the files' demands, warns, or refuses. @throws E_LAUNCH_… */
export async function checkImage(files: readonly string[], path: string, { log }: Pick<Context, "log">): Promise<void> {
  for (const file of files) await checkLaunch(path, { policy: readLaunchPolicy(file), now: Date.now() / 1000, log });
}
