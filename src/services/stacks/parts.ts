// What the room of stacks is made of, handed in by the server.

import type { Log } from "../../base/log.ts";
import type { Store } from "../../store/store.ts";
import type { EngineContainer } from "../engine/types.ts";
import type { Driver, Service } from "../types.ts";
import type { StackNews } from "./news.ts";
import type { Judge, PortOffice, QuotaCheck, RecipeReader } from "./types.ts";

/** A driver with what lists and operations need besides. */
export interface StackDriver extends Driver {
  /** Containers of one stack, or all, as last heard of. Asks no engine. */
  containers(stack?: string): readonly EngineContainer[];
  /** True when the engine answers. */
  alive(signal?: AbortSignal): Promise<boolean>;
  readonly canPause: boolean;
}

/** What is told of a service by other rooms, for lists. */
export interface Tellers {
  /** DNS name of a published port, and from where it can be reached. */
  readonly port?:
    | ((stack: string, service: string, host: number) => Pick<Service["ports"][number], "name" | "reach">)
    | undefined;
  readonly idle?: ((stack: string, service: string) => Service["idle"]) | undefined;
}

export interface StacksParts {
  readonly store: Store;
  /** This server's id: the same after a restart, and no other's. */
  readonly server: string;
  readonly driver: StackDriver;
  readonly read: RecipeReader;
  readonly judge: Judge;
  readonly ports: PortOffice;
  readonly quota: QuotaCheck;
  readonly log: Log;
  /** `as-spin`: deploying again takes what the engine has under a tag by then; `pinned` unless said otherwise. */
  readonly tags?: (() => "pinned" | "as-spin") | undefined;
  readonly tell?: Tellers | undefined;
  /** How long a server must be silent until another goes on with its operations; 30 s unless said otherwise. */
  readonly silenceMs?: number | undefined;
  /** How long an engine may be away before an operation fails; 10 minutes unless said otherwise. */
  readonly engineAwayMs?: number | undefined;
  /** Events kept; 100,000 unless said otherwise. */
  readonly keepEvents?: number | undefined;
}

/** What the parts of this room share. */
export interface Room extends StacksParts {
  readonly news: StackNews;
}
