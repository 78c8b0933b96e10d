// Trying the places that may hold an image, one after the other. A mirror is a help, never a condition: whatever it
// does wrong leads to the next place, and only the registry itself has the last word.

import { BerthError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { Endpoint } from "./endpoint.ts";

/** What one client has learnt of mirrors. */
export interface MirrorMemory {
  /** False after it could not be reached: it is not waited for again. */
  useful(host: string): boolean;
  failed(host: string, error: BerthError): void;
}

// A mirror that caches only what was asked of it before says these often; nobody needs to hear it.
const ORDINARY = ["E_MANIFEST_UNKNOWN", "E_NAME_UNKNOWN", "E_BLOB_UNKNOWN"];

/** A fresh memory; warns once of each mirror. */
export function mirrorMemory(log: Log): MirrorMemory {
  const gone = new Set<string>();
  const warned = new Set<string>();
  return {
    useful: (host) => !gone.has(host),
    failed(host, error) {
      if (["E_CONNECT", "E_TIMEOUT", "E_PROXY"].includes(error.code)) gone.add(host);
      if (ORDINARY.includes(error.code) || warned.has(host)) return log.debug(`mirror ${host}: ${error.message}`);
      warned.add(host);
      log.warn(`mirror ${host}: ${error.message}`);
    },
  };
}

/** The first success; the last place's failure when there is none. Aborts and faults of berth end it at once. */
export async function firstOf<T>(
  places: readonly Endpoint[],
  memory: MirrorMemory,
  use: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  for (const endpoint of places.slice(0, -1)) {
    if (!memory.useful(endpoint.host)) continue;
    try {
      return await use(endpoint);
    } catch (error) {
      if (!(error instanceof BerthError)) throw error;
      memory.failed(endpoint.host, error);
    }
  }
  const last = places.at(-1);
  if (last === undefined) throw new TypeError("a plan has at least the registry itself");
  return use(last);
}
