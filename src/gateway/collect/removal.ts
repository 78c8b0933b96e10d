// Takes away images that are marked EXPIRING: files first, then the record. A server may die anywhere in between: the mark
// stays, and the next collection does the same again.

import type { Log } from "../../base/log.ts";
import type { GatewayCatalog } from "../catalog/gateway-catalog.ts";
import type { ImageRecord, Publisher } from "../types.ts";

export interface RemovalParts {
  readonly catalog: Pick<GatewayCatalog, "byId" | "setStatus">;
  readonly publisher: Pick<Publisher, "remove" | "exists">;
  readonly log: Pick<Log, "warn">;
  readonly signal: AbortSignal;
}

/** Removes the files of an image that is EXPIRING and marks it EXPIRED; nothing happens to another. True: it was removed. */
export async function removeExpiring(image: ImageRecord, parts: RemovalParts): Promise<boolean> {
  const { catalog, publisher, log, signal } = parts;
  const { system, id, key, format } = image;
  // It may have been removed by another server since it was listed, and pulled anew.
  if ((await catalog.byId(system, id))?.status !== "EXPIRING") return false;
  await publisher.remove(system, id, format, signal);
  const after = await catalog.byId(system, id);
  if (after?.status === "EXPIRING") await catalog.setStatus(key, "EXPIRED", "");
  else if (after?.status === "READY" && !(await publisher.exists(system, id, after.format, signal))) {
    log.warn(`${id} on ${system} was pulled while its files were removed: it has to be pulled again`);
    await catalog.setStatus(key, "EXPIRED", "its files were removed while it was pulled again");
  }
  return true;
}
