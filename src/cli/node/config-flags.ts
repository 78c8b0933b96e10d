// The flags by which commands are told which configuration of a node they read, and how strictly.

import { hasCode } from "../../base/errors.ts";
import type { NodeSettings } from "../../site/node-config.ts";
import type { Context } from "../context.ts";
import type { FlagSpec, FlagValues } from "../flags.ts";

export const CONFIG_FLAGS = [
  {
    long: "config",
    kind: "text",
    value: "file",
    env: [],
    help: "this site.yaml or udiRoot.conf, not those of the machine",
  },
  { long: "lenient-config", kind: "switch", help: "warn of keys that are not known, instead of refusing the file" },
] as const satisfies readonly FlagSpec[];

/** Reads it for people who look at it: a draft that is not root's yet is read with a word about that. */
export async function readForPeople(
  { config: path, "lenient-config": lenient }: FlagValues<typeof CONFIG_FLAGS>,
  { env, log }: Context,
): Promise<NodeSettings> {
  const { readNodeConfig } = await import("../../site/node-config-read.ts");
  try {
    return await readNodeConfig({ env, path, lenient, trusted: false });
  } catch (error) {
    if (!hasCode(error, "E_CONFIG_OWNER") || !(error instanceof Error)) throw error;
    log.warn(`${error.message}; no container is started with it`);
    return await readNodeConfig({ env, path, lenient, trusted: true });
  }
}
