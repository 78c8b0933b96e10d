// For tests of this room and of those that need a configuration: reads one from a text, as if it stood in a file.

import { parseGatewayConfig } from "./read-config.ts";
import type { SiteServerConfig } from "./server-config.ts";

const USER = { uid: 1000, gid: 1000, name: "gateway", home: "/home/gateway", shell: "/bin/sh" };

/** The configuration of a text; `/site` is the folder of its file and the working folder. */
export async function configOf(
  text: string,
  env: Readonly<Record<string, string>> = { STATE_DIRECTORY: "/state" },
  name = "config",
): Promise<SiteServerConfig> {
  return await parseGatewayConfig({ name, text }, { file: `/site/${name}`, cwd: "/site", env, user: USER });
}
