// The engine that the configuration of a site names, or else the one that is found.

import { readFile } from "node:fs/promises";
import { reasonOf } from "../../base/errors.ts";
import type { EngineConfig } from "../../site/services/engine.ts";
import { usualAddress } from "./address.ts";
import { connectEngine } from "./engine.ts";
import { fail } from "./errors.ts";
import type { Engine } from "./types.ts";

/**
 * Nothing is asked of the engine yet: a server may start before it.
 *
 * @throws E_ENGINE_ADDRESS, E_ENGINE_FILE
 */
export async function openEngine(
  config: EngineConfig,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Engine> {
  const read = async (path: string | undefined) => {
    if (path === undefined) return undefined;
    return readFile(path, "utf8").catch((error: unknown) => {
      throw fail("E_ENGINE_FILE", { path, why: reasonOf(error) }, { cause: error });
    });
  };
  const { authority, certificate, key } = config.tls;
  const [ca, cert, secret] = await Promise.all([read(authority), read(certificate), read(key)]);
  const tls = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(secret !== undefined && { key: secret }),
  };
  return connectEngine({ address: engineAddress(config, env), timeoutMs: config.timeoutMs, tls });
}

/** Where it is: what the site says, else the first of the usual sockets that is there. */
export function engineAddress(
  { address, kind }: Pick<EngineConfig, "address" | "kind">,
  env: Readonly<Record<string, string | undefined>>,
): string {
  return address ?? usualAddress(kind, env["XDG_RUNTIME_DIR"]);
}
