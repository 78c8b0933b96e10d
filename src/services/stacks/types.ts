// What the room of stacks offers to the desk, the idle sweep and the routes; what it is handed in is in ./handed-in.ts.
// Nothing here asks who may do something; the desk did that. Times are seconds since 1970.

import type { BerthError } from "../../base/errors.ts";
import type { StackSpec, UpdateSpec } from "../../recipe/stack/types.ts";
import type { ExecSession } from "../engine/types.ts";
import type {
  Deployment,
  ExecOptions,
  LogLine,
  LogOptions,
  Proposal,
  RecipeFile,
  ResolvedImage,
  Stack,
  StackEvent,
  StackWish,
  StepReport,
} from "../types.ts";
import type { Person, Waiting } from "./handed-in.ts";

export type * from "./handed-in.ts";

// ---- operations -----------------------------------------------------------------------------------------------------

export type OperationKind =
  | "up"
  | "upgrade"
  | "rollback"
  | "confirm"
  | "stop"
  | "start"
  | "restart"
  | "scale"
  | "sleep"
  | "wake"
  | "down";

/** Something that is done to a stack; one at a time per stack. One that makes a deployment has the deployment's id. */
export interface Operation {
  readonly id: string;
  readonly stack: string;
  readonly kind: OperationKind;
  /** Undefined: all services. */
  readonly service: string | undefined;
  readonly by: Person;
  readonly at: number;
  readonly state: "under way" | "done" | "failed" | "rolled back";
  /** How it ended, for people. */
  readonly message: string | undefined;
  readonly finishedAt: number | undefined;
}

/** What those who follow an operation hear: its steps, at last its end. */
export type Advance =
  | { readonly kind: "phase"; readonly phase: Phase; readonly at: number }
  | { readonly kind: "step"; readonly report: StepReport; readonly at: number }
  | { readonly kind: "end"; readonly operation: Operation };

export type Phase = "resolving" | "applying" | "rolling back";

/** The answer to `up`: begun, or refused with the findings that say why. */
export type UpAnswer =
  | { readonly begun: true; readonly proposal: Proposal; readonly deployment: Deployment }
  | { readonly begun: false; readonly proposal: Proposal };

/** Which stack, and which state of it, something was allowed for. */
export type Over = Pick<Stack, "owner" | "deployment">;

export interface UpgradeChoice {
  /** Undefined: all. */
  readonly services?: readonly string[] | undefined;
  /** `always` (if not said): the registry is asked what the tag means now; `missing`: what the engine has will do. */
  readonly pull?: "always" | "missing" | undefined;
  /** Other images than the recipe's, by service: what a webhook of a CI says. */
  readonly images?: Readonly<Record<string, string>> | undefined;
  /** Another way of replacing containers than the recipe's, this once. */
  readonly update?: UpdateChoice | undefined;
}

/** Parts of an UpdateSpec that somebody wants otherwise for one upgrade. */
export type UpdateChoice = {
  readonly [Part in "batch" | "intervalMs" | "startFirst" | "confirm"]?: UpdateSpec[Part] | undefined;
};

export interface RollbackChoice {
  /** Number or id of a deployment; unless said, the one before. */
  readonly to?: string | number | undefined;
  /** Only this service; unless `to` is said, to the newest deployment in which it was something else. */
  readonly service?: string | undefined;
}

// ---- questions ------------------------------------------------------------------------------------------------------

/** Which stacks; everything given must hold. */
export interface StackFilter {
  /** Those of this person or these groups, as owner, group, staff owner or staff group. */
  readonly eyes?: { readonly user: string; readonly groups: readonly string[] } | undefined;
  readonly owner?: string | undefined;
  /** Part of the name or title. */
  readonly text?: string | undefined;
  /** `KEY` or `KEY:VALUE`. */
  readonly tag?: string | undefined;
  /** Only those that need somebody. */
  readonly attention?: boolean | undefined;
}

export interface PageChoice {
  /** At most 1,000; 100 unless said otherwise. */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

export interface EventFilter extends PageChoice {
  readonly stack?: string | undefined;
  readonly service?: string | undefined;
  readonly kinds?: readonly string[] | undefined;
  /** Of stacks that these eyes see. */
  readonly eyes?: StackFilter["eyes"];
}

/** What would change, service by service, if the wish were deployed. */
export interface StackDiff {
  readonly stack: string;
  readonly services: readonly ServiceDiff[];
  /** True: deploying it would change nothing. */
  readonly same: boolean;
}

export interface ServiceDiff {
  readonly service: string;
  readonly change: "added" | "removed" | "replaced" | "adjusted" | "same";
  /** JSON pointers into the service, with the value before and after; undefined: not there. */
  readonly fields: readonly { readonly pointer: string; readonly before: unknown; readonly after: unknown }[];
}

/** A recipe that gives the same stack again, its images pinned to the digests that run. */
export interface Export {
  readonly files: readonly RecipeFile[];
  readonly compose: readonly string[];
  readonly images: Readonly<Record<string, ResolvedImage>>;
}

// ---- the offer ------------------------------------------------------------------------------------------------------

/**
 * Stacks: their records, and everything that is done to them. What changes something answers as soon as it is recorded and
 * is then carried out here; `ended` and `follow` tell of the rest.
 *
 * Failures: E_STACK_NONE (404), E_STACK_BUSY (409, names who does what), E_STACK_UNCONFIRMED (409), E_STACK_REFUSED (422),
 * E_STACK_NO_SERVICE (404), E_STACK_NO_DEPLOYMENT (404), and others of ./errors.ts.
 */
export interface Stacks {
  /** Reads and judges; says what would be done. Nothing is. */
  propose(wish: StackWish, by: Person, wait?: Waiting): Promise<Proposal>;
  /** The error that a quota will make of deploying it; undefined: none, as things are. */
  quotaRefusal(spec: StackSpec, by: Person): Promise<BerthError | undefined>;
  /**
   * Makes or changes the stack; begun only when no finding forbids it. `over`: the stack as whoever allowed it knew it;
   * null: there was none. @throws E_STACK_CHANGED when it is another by now
   */
  up(wish: StackWish, by: Person, wait?: Waiting & { readonly over?: Over | null | undefined }): Promise<UpAnswer>;
  /** The same recipe with its tags resolved anew. */
  upgrade(name: string, choice: UpgradeChoice, by: Person): Promise<Deployment>;
  rollback(name: string, choice: RollbackChoice, by: Person): Promise<Deployment>;
  /** The upgrade was good: removes the old containers that were kept. */
  confirm(name: string, by: Person): Promise<Operation>;
  stop(name: string, service: string | undefined, by: Person): Promise<Operation>;
  start(name: string, service: string | undefined, by: Person): Promise<Operation>;
  /** Never changes a digest; secrets are read anew. Several services: those of the list only. */
  restart(name: string, service: string | readonly string[] | undefined, by: Person): Promise<Operation>;
  scale(name: string, service: string, containers: number, by: Person): Promise<Operation>;
  /** Takes the stack away; with `volumes` its data, too. */
  down(name: string, choice: { readonly volumes?: boolean | undefined }, by: Person): Promise<Operation>;

  /** Puts a service to sleep; resolves when it does. False: something else is under way, or it does not run. */
  sleep(name: string, service: string, action: "stop" | "pause", reason: string): Promise<boolean>;
  /** Wakes a service and before it what it depends on; one at a time, others wait for the same. Nothing if it runs. */
  wake(name: string, service: string, wait?: Waiting): Promise<void>;

  /** In the order of their names. Asks no engine. */
  list(filter?: StackFilter, page?: PageChoice): Promise<Page<Stack>>;
  show(name: string): Promise<Stack>;
  /** The spec that counts now, as deployed. */
  spec(name: string): Promise<StackSpec>;
  /** Newest first, without files. */
  deployments(name: string, page?: PageChoice): Promise<Page<Deployment>>;
  deployment(id: string): Promise<Deployment>;
  /** Newest first. */
  operations(name: string, page?: PageChoice): Promise<Page<Operation>>;
  operation(id: string): Promise<Operation>;
  /** What was reported so far as far as it is kept, then the rest live; ends behind the end. */
  follow(id: string, signal: AbortSignal): AsyncIterable<Advance>;
  /** The end of an operation. */
  ended(id: string, wait?: Waiting): Promise<Operation>;
  diff(name: string, wish: StackWish, by: Person, wait?: Waiting): Promise<StackDiff>;
  export(name: string): Promise<Export>;
  /** Newest first. */
  events(filter?: EventFilter): Promise<Page<StackEvent>>;
  /** Every event as it is recorded; undefined: some may have been missed. The answer ends it. */
  watch(listener: (event: StackEvent | undefined) => void): () => void;
  /** Calls back when containers, health or state of a stack changed; undefined: of any. For routes. The answer ends it. */
  watchState(listener: (stack: string | undefined) => void): () => void;
  /** Records something that another part did (`woken`, `idle`, `secret rotated`). */
  note(event: {
    readonly stack: string;
    readonly service?: string | undefined;
    readonly kind: string;
    readonly by?: string | undefined;
    readonly message: string;
  }): Promise<void>;

  logs(name: string, choice: LogChoice, signal?: AbortSignal): AsyncIterable<LogLine>;
  exec(name: string, choice: ExecChoice, signal?: AbortSignal): Promise<ExecSession>;

  /** Goes on with, or takes back, what a server that died left under way, and looks after what an engine starts by itself. Answers how many operations. */
  recover(): Promise<number>;
  /** No new operations; waits for those under way for so long, then leaves them to the next server. */
  close(wait?: { readonly withinMs?: number | undefined }): Promise<void>;
}

export interface LogChoice extends LogOptions {
  readonly service?: string | undefined;
  readonly slot?: number | undefined;
}

export interface ExecChoice extends ExecOptions {
  readonly service: string;
  /** The first that runs unless said. */
  readonly slot?: number | undefined;
}
