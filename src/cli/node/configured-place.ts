// Where set-ups lie on this node: flags, variables, the site's configuration. A teardown must work when that cannot be read.

import { BerthError } from "../../base/errors.ts";
import type { Holder } from "../../batch/node/holders.ts";
import { nodeDirOf } from "../../batch/node/place.ts";
import type { NodeConfig } from "../../site/node-config.ts";
import { readNodeConfig } from "../../site/node-config-read.ts";
import type { Context } from "../context.ts";

/** The directory of set-ups, and the configuration if it had to be read and could be. */
export interface ConfiguredPlace {
  readonly nodeDir: string;
  readonly config: NodeConfig | undefined;
}

/** Finds the place. The configuration is read when nothing else says it, or when `needed`. @throws E_NODE_DIR */
export async function configuredPlace(
  flags: { readonly "node-dir": string | undefined; readonly config: string | undefined },
  { env, log }: Context,
  needed = false,
): Promise<ConfiguredPlace> {
  const said = flags["node-dir"];
  if (said !== undefined && !needed) return { nodeDir: nodeDirOf(said, env, undefined), config: undefined };
  try {
    const { config } = await readNodeConfig({ env, path: flags.config });
    return { nodeDir: nodeDirOf(said, env, config.nodeDir), config };
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    const nodeDir = nodeDirOf(said, env, undefined);
    log.warn(`${error.message}; looking at ${nodeDir}`);
    return { nodeDir, config: undefined };
  }
}

/** A process for people. */
export function nameHolder({ pid, name, uid }: Holder): string {
  return `process ${pid} (${name}, user ${uid})`;
}
