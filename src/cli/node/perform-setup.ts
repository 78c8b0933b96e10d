// What `berth node setup` and `setupRoot` have in common: the site's configuration, the words of the request, the set-up.

import { existsSync } from "node:fs";
import { fail } from "../../batch/errors.ts";
import { parseImageName } from "../../batch/image-name.ts";
import { nodeDirOf } from "../../batch/node/place.ts";
import { requireRoot, setUp } from "../../batch/node/setup.ts";
import type { SetupRequest } from "../../batch/node/types.ts";
import { readNodeConfig } from "../../site/node-config-read.ts";
import type { Context } from "../context.ts";

/** What this machine demands of images. */
const IMAGES = "/etc/berth/image-policy.json";

/** A request in words. */
export interface SetupWords extends Omit<SetupRequest, "image"> {
  readonly image: string | undefined;
  readonly asked: string | undefined;
  readonly nodeDir: string | undefined;
  readonly config: string | undefined;
}

/** Sets up. @throws what the configuration, the request or the node is wrong with */
export async function performSetup(words: SetupWords, context: Context): Promise<void> {
  requireRoot();
  const { env, log } = context;
  const { image: named, asked, nodeDir, config: path, ...rest } = words;
  if (named === undefined) throw fail("E_SHIFTER_NO_IMAGE");
  const { config } = await readNodeConfig({ env, path });
  const request = parseImageName(named, config.defaultImageType);
  const image =
    asked === undefined ? request : { ...request, asked: parseImageName(asked, config.defaultImageType).asked };
  const done = await setUp(
    { ...rest, image },
    {
      ...{ config, env, nodeDir: nodeDirOf(nodeDir, env, config.nodeDir), signal: () => context.signal },
      checkImage: async (path) => {
        if (existsSync(IMAGES)) await (await import("../image-gate.ts")).checkImage([IMAGES], path, context);
      },
      lookup: async (wanted) => (await import("../shifter/lookup.ts")).lookUpImage(wanted, config, context),
    },
  );
  log.debug(done === "done" ? "the node is set up" : "the very same is set up already: nothing was done");
}
