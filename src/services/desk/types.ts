// What the desk of services offers whoever speaks for a person: HTTP routes, webhooks, tests. Every operation asks first
// whether that person may, and is written to the audit log. Records are plain; places of findings are those of the recipe.

import type { ExecSession } from "../engine/types.ts";
import type {
  Advance,
  Export,
  Operation,
  RollbackChoice,
  StackDiff,
  UpAnswer,
  UpgradeChoice,
} from "../stacks/types.ts";
import type {
  Deployment,
  ExecOptions,
  IdleState,
  LogLine,
  LogOptions,
  Proposal,
  RecipeFile,
  Service,
  Stack,
  StackEvent,
  StackWish,
} from "../types.ts";
import type { SecretDesk, SiteDesk } from "./site-types.ts";

export type {
  Amounts,
  AuditEntry,
  AuditFilter,
  PortClassInfo,
  PortUse,
  QuotaInfo,
  QuotaSubject,
  RouteInfo,
  RuleInfo,
  SecretDesk,
  SecretInfo,
  SecretUse,
  SecretWish,
  SiteDesk,
  WebhookCall,
  WebhookInfo,
} from "./site-types.ts";

// ---- who asks ---------------------------------------------------------------------------------------------------------

export type Role = "viewer" | "user" | "operator" | "admin";

/** Somebody who proved who he is; what accounts know of a request. */
export interface SignedIn {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  /** The person's name, when the directory has one. */
  readonly name?: string | undefined;
  /** Names of all groups. */
  readonly groups: readonly string[];
  readonly gids: readonly number[];
  readonly roles: readonly Role[];
  /** What a token may be used for (gateway's scopes); undefined: everything the person may. */
  readonly scopes?: readonly string[] | undefined;
  readonly via: string;
  /** Where the request came from. */
  readonly address: string;
  /** Seconds since 1970: when the session ends. */
  readonly expiresAt?: number | undefined;
}

/** What somebody may do with a stack: know of it, operate it (upgrade, stop, logs, shell), change and remove it. */
export type Right = "see" | "operate" | "change";

// ---- stacks -----------------------------------------------------------------------------------------------------------

export type Mine = { readonly mine: Right };

/** A stack at a glance. */
export interface StackGlance extends Mine {
  readonly name: string;
  readonly title: string;
  readonly owner: string;
  readonly group: string | undefined;
  readonly staffOwner: string | undefined;
  readonly staffGroup: string | undefined;
  readonly state: Stack["state"];
  readonly reason: string | undefined;
  readonly services: number;
  readonly running: number;
  readonly asleep: number;
  readonly routes: readonly string[];
  readonly updatedAt: number;
}

export interface StackFilter {
  readonly limit: number;
  readonly after?: string | undefined;
  /** Part of name or title. */
  readonly match?: string | undefined;
  readonly owner?: string | undefined;
  /** `KEY` or `KEY:VALUE`. */
  readonly tag?: string | undefined;
  /** Only those that the person may operate, although he may see others. */
  readonly mine?: boolean | undefined;
  /** Only those that need somebody. */
  readonly attention?: boolean | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
}

/** What a page is asked with. */
export interface Paging {
  readonly limit: number;
  readonly after?: string | undefined;
}

/** Which services. */
export interface Choice {
  /** Undefined: all. */
  readonly service?: string | undefined;
}

/**
 * What can be done with stacks. What takes long answers as soon as it is recorded, and goes on in the server: `follow`
 * tells of the rest. Failures: `E_DESK_…`, and those of stacks.
 */
export interface StackDesk {
  list(who: SignedIn, filter: StackFilter): Promise<Page<StackGlance>>;
  show(who: SignedIn, stack: string): Promise<Stack & Mine>;
  service(who: SignedIn, stack: string, service: string): Promise<Service>;
  propose(who: SignedIn, wish: StackWish): Promise<Proposal>;
  diff(who: SignedIn, wish: StackWish): Promise<StackDiff>;
  /** Makes the stack, or changes it to what the wish says; not begun when findings forbid it. */
  up(who: SignedIn, wish: StackWish): Promise<UpAnswer>;
  down(who: SignedIn, stack: string, options: { readonly volumes: boolean }): Promise<Operation>;
  upgrade(who: SignedIn, stack: string, choice: UpgradeChoice): Promise<Deployment>;
  rollback(who: SignedIn, stack: string, choice: RollbackChoice): Promise<Deployment>;
  confirm(who: SignedIn, stack: string): Promise<Operation>;
  stop(who: SignedIn, stack: string, choice: Choice): Promise<Operation>;
  start(who: SignedIn, stack: string, choice: Choice): Promise<Operation>;
  restart(who: SignedIn, stack: string, choice: Choice): Promise<Operation>;
  scale(who: SignedIn, stack: string, service: string, replicas: number): Promise<Operation>;
  /** Resolves when it is awake. */
  wake(who: SignedIn, stack: string, service: string): Promise<Service>;
  deployments(who: SignedIn, stack: string, page: Paging): Promise<Page<Deployment>>;
  deployment(who: SignedIn, stack: string, id: string): Promise<Deployment>;
  operations(who: SignedIn, stack: string, page: Paging): Promise<Page<Operation>>;
  operation(who: SignedIn, stack: string, id: string): Promise<Operation>;
  follow(who: SignedIn, stack: string, id: string, signal: AbortSignal): AsyncIterable<Advance>;
  /** The recipe as it was sent; undefined: of the deployment that counts. */
  files(who: SignedIn, stack: string, deployment: string | undefined): Promise<readonly RecipeFile[]>;
  export(who: SignedIn, stack: string): Promise<Export>;
}

// ---- live -------------------------------------------------------------------------------------------------------------

export type StackLogLine = LogLine & { readonly stack: string };

export interface LogWish extends LogOptions {
  readonly service?: string | undefined;
  readonly slot?: number | undefined;
}

export interface LogSearch {
  readonly text: string;
  readonly stack?: string | undefined;
  readonly service?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly limit: number;
}

export interface EventWish {
  /** Undefined: of all stacks that one may see. */
  readonly stack?: string | undefined;
  /** Only newer ones than this id. */
  readonly after?: number | undefined;
}

export interface UsageSample {
  readonly at: number;
  readonly service: string;
  readonly slot: number;
  readonly cpuSeconds: number;
  readonly cpu?: number | undefined;
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly pids: number;
}

export interface IdleSpan {
  readonly from: number;
  readonly to?: number | undefined;
  readonly state: "active" | "idle" | "warm" | "asleep" | "stopped" | "waking" | "unknown";
  readonly because: string;
}

export interface ServiceActivity {
  readonly stack: string;
  readonly service: string;
  readonly state: string;
  readonly idle?: IdleState | undefined;
}

/** What can be seen of stacks while they run, and shells in them. */
export interface LiveDesk {
  logs(who: SignedIn, stack: string, wish: LogWish, signal: AbortSignal): Promise<AsyncIterable<StackLogLine>>;
  search(who: SignedIn, wish: LogSearch): Promise<{ readonly items: readonly StackLogLine[]; readonly cut: boolean }>;
  events(who: SignedIn, wish: Paging & { readonly stack: string }): Promise<Page<StackEvent>>;
  /** Those after `after`, then those that happen, until the signal comes. */
  followEvents(who: SignedIn, wish: EventWish, signal: AbortSignal): Promise<AsyncIterable<StackEvent>>;
  exec(
    who: SignedIn,
    at: { readonly stack: string; readonly service: string; readonly slot?: number | undefined },
    options: ExecOptions,
    signal: AbortSignal,
  ): Promise<ExecSession>;
  activity(who: SignedIn, stack?: string): Promise<readonly ServiceActivity[]>;
  timeline(who: SignedIn, stack: string, service: string, since: number): Promise<readonly IdleSpan[]>;
  usage(who: SignedIn, stack: string, since: number): Promise<readonly UsageSample[]>;
}

/** All of it. */
export interface ServicesDesk {
  readonly stacks: StackDesk;
  readonly live: LiveDesk;
  readonly secrets: SecretDesk;
  readonly site: SiteDesk;
}
