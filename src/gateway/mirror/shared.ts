// What the parts of the mirror share: the cache, the conversations, and what is remembered of clients' questions.

import { join } from "node:path";
import type { Log } from "../../base/log.ts";
import type { Cache } from "../../oci/store/cache.ts";
import { type ReferenceStore, referenceStore } from "../../oci/store/references.ts";
import type { Access } from "./access.ts";
import type { Contents } from "./contents.ts";
import type { Conversations } from "./conversations.ts";
import type { SingleFlight } from "./single-flight.ts";

/** Everything that answering takes. */
export interface Shared {
  readonly cache: Cache;
  /** What tags stood for, over restarts: apart from the references of pulls, which say nothing of who may read. */
  readonly names: ReferenceStore;
  readonly conversations: Conversations;
  readonly access: Access;
  readonly contents: Contents;
  readonly flight: SingleFlight;
  readonly log: Log;
  /** Seconds since 1970. */
  readonly now: () => number;
  /** Seconds for which what a registry said of a tag counts. */
  readonly life: number;
  /** Ends downloads when the server stops. */
  readonly signal: AbortSignal;
}

/** The names that the mirror keeps in a cache: their targets are in use, for whoever collects what is not. */
export function mirrorNames(cache: Cache): ReferenceStore {
  return referenceStore(join(cache.root, "mirror"), cache.blobs.root);
}
