// What crosses the doors inside the services room: stacks as people and records know them, what drivers do, what the desk
// offers. Parts: `engine` (Docker's API), `driver` (a stack on an engine), `stacks` (records and operations), `containers`
// (spin-docker's), `idle` (use, stopping, waking), `routes` (what the proxy is told), `secrets`, `logs`, `desk` (who may),
// `api` (HTTP). Times are seconds since 1970.

import type { Located } from "../base/source.ts";
import type { Finding } from "../policy/types.ts";
import type { Places, StackSpec } from "../recipe/stack/types.ts";
import type { ResolvedImage, StackPlan } from "./driver-types.ts";
import type { EngineContainer } from "./engine/types.ts";

export type {
  ApplyOptions,
  DesiredStack,
  Driver,
  ExecOptions,
  LogLine,
  LogOptions,
  ObservedStack,
  ResolvedImage,
  StackPlan,
  Step,
  StepReport,
} from "./driver-types.ts";

// ---- labels: the truth about what runs is on the engine ----------------------------------------------------------

/** Labels of everything that berth makes on an engine; what lacks `berth.site` is foreign and never touched. */
export const LABELS = {
  /** Which berth: `services.name` of the site file, so that two on one engine do not meet. */
  site: "berth.site",
  stack: "berth.stack",
  service: "berth.service",
  /** Number of the replica, from 1. */
  slot: "berth.slot",
  /** Id of the deployment that made it. */
  deployment: "berth.deployment",
  /** Digest over the service's part of the spec with the image's digest: equal means nothing to do. */
  config: "berth.config",
  /** Digest of the image. */
  digest: "berth.digest",
  /** `service`, `job`, or `container` (spin-docker's, without a stack). */
  kind: "berth.kind",
} as const;

// ---- stacks as people know them --------------------------------------------------------------------------------------

export type StackState =
  | "deploying"
  | "running"
  | "degraded"
  | "stopped"
  | "asleep"
  | "upgrading"
  | "upgraded"
  | "rolling-back"
  | "removing"
  | "failed";

export interface Stack {
  readonly name: string;
  readonly title: string;
  readonly owner: string;
  readonly group: string | undefined;
  readonly staffOwner: string | undefined;
  readonly staffGroup: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly state: StackState;
  /** Why it is so, for people. */
  readonly reason: string | undefined;
  /** The deployment that counts. */
  readonly deployment: string;
  readonly services: readonly Service[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type ServiceState =
  | "running"
  | "starting"
  | "degraded"
  | "stopped"
  | "asleep"
  | "paused"
  | "waking"
  | "upgrading"
  | "completed"
  | "failed";

export interface Service {
  readonly stack: string;
  readonly name: string;
  readonly state: ServiceState;
  readonly reason: string | undefined;
  readonly image: string;
  readonly digest: string;
  readonly wanted: number;
  readonly containers: readonly ServiceContainer[];
  /** `tcp 60007 -> 5432 (db.rover.prod.example.org)`. */
  readonly ports: readonly {
    readonly host: number;
    readonly container: number;
    readonly protocol: string;
    readonly name: string | undefined;
    readonly reach: string;
  }[];
  /** URLs. */
  readonly routes: readonly string[];
  readonly idle: IdleState | undefined;
}

export interface ServiceContainer {
  readonly id: string;
  readonly slot: number;
  readonly status: EngineContainer["status"];
  readonly health: EngineContainer["health"];
  readonly digest: string;
  readonly startedAt: number | undefined;
  readonly exitCode: number | undefined;
  readonly restarts: number;
  readonly error: string;
}

/** What is known of a service's use. */
export interface IdleState {
  readonly activity: "active" | "idle" | "unknown" | "warm";
  /** What says so: `3 open connections`, `checked in 40 s ago`. */
  readonly because: string;
  readonly lastUse: number | undefined;
  /** When it will be stopped if nothing happens. */
  readonly stopsAt: number | undefined;
}

/** A deployment: who wanted what, and what the tags meant then. Never changed, apart from how it ended. */
export interface Deployment {
  readonly id: string;
  readonly stack: string;
  readonly number: number;
  readonly kind: "up" | "upgrade" | "rollback" | "edit";
  readonly by: { readonly uid: number; readonly user: string };
  readonly at: number;
  readonly spec: StackSpec;
  /** The recipe as it was sent. */
  readonly files: readonly RecipeFile[];
  readonly images: Readonly<Record<string, ResolvedImage>>;
  readonly ports: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  readonly state: "planned" | "under way" | "upgraded" | "done" | "failed" | "rolled back" | "interrupted";
  readonly message: string | undefined;
  readonly finishedAt: number | undefined;
}

export interface RecipeFile {
  readonly name: string;
  readonly text: string;
}

/** Something that happened to a stack, as it is shown live and kept. */
export interface StackEvent {
  readonly id: number;
  readonly at: number;
  readonly stack: string;
  readonly service: string | undefined;
  /** `deployed`, `step`, `state`, `idle`, `woken`, `stopped`, `crashed`, `health`, … */
  readonly kind: string;
  readonly by: string | undefined;
  readonly message: string;
}

/** A recipe that was read and judged; not deployed yet. */
export interface Proposal {
  readonly spec: StackSpec;
  readonly places: Places;
  /** What the recipe's reader said: keys that are ignored or emulated. */
  readonly notes: readonly {
    readonly severity: "error" | "warning" | "info";
    readonly message: string;
    readonly hint?: string | undefined;
    readonly pointer: string;
    /** Where that stands; undefined: where the pointer leads. */
    readonly place?: Located | undefined;
  }[];
  readonly findings: readonly Finding[];
  readonly plan: StackPlan;
  /** True: nothing keeps it from being deployed. */
  readonly allowed: boolean;
}

/** What somebody sends to have a stack. */
export interface StackWish {
  readonly name: string;
  /** The first is the compose file, others are laid over it; `.env` and files that it names (configs, env_file, extends) among them. */
  readonly files: readonly RecipeFile[];
  /** Which of them are compose files, in order. */
  readonly compose: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly profiles: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}
