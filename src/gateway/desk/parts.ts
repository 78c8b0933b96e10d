// What the desk works with: the records, the queue, the files, and the rules of the site.

import type { GatewayConfig } from "../../site/gateway-config.ts";
import type { GatewayCatalog } from "../catalog/gateway-catalog.ts";
import type { Queue } from "../records.ts";
import type { OwnImages } from "../registry/own-images.ts";
import type { Collected, Publisher } from "../types.ts";
import type { CredentialMarks } from "./credential-marks.ts";
import type { Removals } from "./removals.ts";

/** The rules of the site, as far as the desk applies them. */
export type DeskConfig = Pick<
  GatewayConfig,
  | "systems"
  | "defaultLocation"
  | "locations"
  | "pullUpdateMs"
  | "heartbeatMs"
  | "expirationMs"
  | "anonymous"
  | "imports"
  | "lookupsKept"
>;

/** Removes what is overdue and what nothing refers to on one system; with `dryRun` only says what it would. */
export type Collector = (system: string, dryRun: boolean) => Promise<Collected>;

/** What a desk is made of. */
export interface DeskOptions {
  readonly catalog: GatewayCatalog;
  readonly queue: Pick<Queue, "add" | "find" | "latest" | "unfinished" | "cancel">;
  readonly publisher: Pick<Publisher, "exists" | "republish" | "remove">;
  readonly collector: Collector;
  /** Asked at every request, so that a reloaded configuration counts from then on. */
  readonly config: () => DeskConfig;
  /** Seconds since 1970 with fraction. */
  readonly now: () => number;
  /** Ends waits for other machines when the server stops. */
  readonly signal: AbortSignal;
  /** Hears of work in the background that failed and will be done again. */
  readonly onFault?: ((reason: string) => void) | undefined;
  readonly limits?: Partial<QueueLimits> | undefined;
  /** Hears, before an image's files are shown, that staff let it through. */
  readonly released?: ((digest: string, release: Release) => Promise<void>) | undefined;
  /** The site's own registry, asked for at every request; undefined: there is none. */
  readonly ownImages?: (() => OwnImages | undefined) | undefined;
}

/** Who let an image through, and why. */
export interface Release {
  readonly by: string;
  readonly reason: string;
  /** Seconds since 1970. */
  readonly at: number;
}

/** How many pulls may wait. */
export interface QueueLimits {
  /** Of one person. */
  readonly perUser: number;
  readonly total: number;
}

/** The options with what the desk keeps itself. */
export interface DeskParts extends DeskOptions {
  readonly marks: CredentialMarks;
  readonly removals: Removals;
  readonly queueLimits: QueueLimits;
}
