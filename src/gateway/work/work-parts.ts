// What the work is made of, handed in by whoever composes the server.

import type { Log } from "../../base/log.ts";
import type { GatewayConfig } from "../../site/gateway-config.ts";
import type { NameService } from "../auth/name-service.ts";
import type { GatewayCatalog } from "../catalog/gateway-catalog.ts";
import type { Queue } from "../records.ts";
import type { Judge, Publisher } from "../types.ts";
import type { JobFailure } from "./job-messages.ts";
import type { StagedFiles } from "./staged-files.ts";
import type { WorkFolder } from "./work-folder.ts";

/** What the workers are given. */
export interface WorkParts {
  readonly queue: Queue;
  readonly catalog: Pick<GatewayCatalog, "byId" | "record" | "aclAfter" | "verdicts" | "keepVerdict">;
  readonly publisher: Publisher;
  /** Asked in this order about every new image. */
  readonly judges: readonly Judge[];
  readonly config: GatewayConfig;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  readonly metrics?: WorkMetrics | undefined;
  /** Groups of people, for what they may read; those of this machine unless said otherwise. */
  readonly names?: Pick<NameService, "groups"> | undefined;
  /** The words that start berth; those of this process unless said otherwise. */
  readonly program?: readonly string[] | undefined;
  /** Milliseconds that a silent registry is waited for; a minute unless said otherwise. */
  readonly silentMs?: number | undefined;
  /** Milliseconds between two looks at a job's memory and folder. */
  readonly limitsEveryMs?: number | undefined;
}

/** Hears what the work comes to. */
export interface WorkMetrics {
  /** A pull or import left the hands of this server. `code` is the failure's, or empty. */
  ended(kind: "pull" | "import", outcome: "ready" | "failed" | "again" | "follows", code: string): void;
  /** Bytes of layers that came from registries or files. */
  fetched(bytes: number): void;
  /** A file was made, in so many seconds from the first byte on. */
  converted(seconds: number, bytes: number): void;
}

/** What one piece of work shares with the others of this server. */
export interface Workplace extends WorkParts {
  readonly names: Pick<NameService, "groups">;
  readonly folder: WorkFolder;
  readonly staged: StagedFiles;
  readonly lastFailures: LastFailures;
  readonly program: readonly string[];
  /** Aborts everything when the server stops at once. */
  readonly signal: AbortSignal;
}

/** Failures that belong to an image and not to who asked for it, for as long as the site remembers failures. */
export interface LastFailures {
  find(key: string): JobFailure | undefined;
  note(key: string, failure: JobFailure): void;
}
