// The engine that the configuration of a site names, or else the one that is found.

import { readFile } from "node:fs/promises";
import type { EngineConfig } from "../../site/services/engine.ts";
import { usualAddress } from "./address.ts";
import { connectEngine } from "./engine.ts";
import type { Engine } from "./types.ts";

/**
 * Nothing is asked of the engine yet: a server may start before it.
 *
 * @throws E_ENGINE_ADDRESS, and what reading the files of `tls` throws
 */
export async function openEngine(
  config: EngineConfig,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Engine> {
  const read = (path: string | undefined) => (path === undefined ? undefined : readFile(path, "utf8"));
  const { authority, certificate, key } = config.tls;
  const [ca, cert, secret] = await Promise.all([read(authority), read(certificate), read(key)]);
  const tls = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(secret !== undefined && { key: secret }),
  };
  const address = config.address ?? usualAddress(config.kind, env["XDG_RUNTIME_DIR"]);
  return connectEngine({ address, timeoutMs: config.timeoutMs, tls });
}
