// The engine of types.ts over Docker's API, by Docker or Podman.

import { hasCode } from "../../base/errors.ts";
import { type ClientSettings, EngineClient } from "./client.ts";
import { containerOperations } from "./containers.ts";
import { execOperation } from "./exec.ts";
import { imageOperations } from "./images.ts";
import { networkOperations } from "./networks.ts";
import { isPodman, parseInfo } from "./parse-info.ts";
import type { Asked } from "./reasons.ts";
import { eventOperation, logOperation } from "./streams.ts";
import { traitsOf } from "./traits.ts";
import type { Engine } from "./types.ts";
import { volumeOperations } from "./volumes.ts";

/** An engine that does not even answer this fast is not there. */
const ALIVE_MS = 3000;

/** An engine at an address; nothing is asked of it yet. @throws E_ENGINE_ADDRESS */
export function connectEngine(settings: ClientSettings): Engine {
  const client = new EngineClient(settings);
  const containers = containerOperations(client, traitsOf(client));
  return {
    address: client.address,
    info: infoOperation(client),

    async alive(wait) {
      const asked: Asked = { action: "answer", name: client.address, of: "engine" };
      try {
        await client.get("/_ping", asked, { ...wait, timeoutMs: ALIVE_MS });
        return true;
      } catch (error) {
        wait?.signal?.throwIfAborted();
        if (isAbsence(error)) return false;
        throw error;
      }
    },

    ...containers,
    ...imageOperations(client),
    ...networkOperations(client),
    ...volumeOperations(client),
    logs: logOperation(client, containers.container),
    exec: execOperation(client),
    events: eventOperation(client),
  };
}

function infoOperation(client: EngineClient): Engine["info"] {
  return async (wait) => {
    const asked: Asked = { action: "say what it is", name: client.address, of: "engine" };
    const version = await client.get("/version", asked, wait);
    const info = await client.get("/info", asked, wait);
    const libpod = isPodman(version) ? await client.get("/v4.0.0/libpod/info", asked, wait) : undefined;
    return parseInfo(version, info, libpod);
  };
}

/** True for failures that say that no engine answers (any more): waiting may help. */
export function isAbsence(error: unknown): boolean {
  return ["E_ENGINE_ABSENT", "E_ENGINE_GONE", "E_ENGINE_TIMEOUT", "E_ENGINE_PERMISSION"].some((code) =>
    hasCode(error, code),
  );
}
