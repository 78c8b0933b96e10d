// What crosses the doors inside the services room: stacks as people and records know them, what drivers do, what the desk
// offers. Parts: `engine` (Docker's API), `driver` (a stack on an engine), `stacks` (records and operations), `containers`
// (spin-docker's), `idle` (use, stopping, waking), `routes` (what the proxy is told), `secrets`, `logs`, `desk` (who may),
// `api` (HTTP). Times are seconds since 1970.

import type { Located } from "../base/source.ts";
import type { Finding } from "../policy/types.ts";
import type { Places, StackSpec } from "../recipe/stack/types.ts";
import type { EngineContainer, ExecSession } from "./engine/types.ts";

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

// ---- drivers --------------------------------------------------------------------------------------------------------

/** A stack with everything decided: what a driver is to bring about. */
export interface DesiredStack {
  readonly spec: StackSpec;
  readonly deployment: string;
  /** By service: the digest that its tag was resolved to, and where the engine has it. */
  readonly images: ReadonlyMap<string, ResolvedImage>;
  /** Host ports by `SERVICE/CONTAINERPORT/PROTOCOL`, for those that the platform chose. */
  readonly ports: ReadonlyMap<string, number>;
  /** Services that are asleep or stopped: as many containers as here, instead of `replicas`. */
  readonly scale: ReadonlyMap<string, number>;
  /** Services whose containers are frozen, not stopped. */
  readonly paused?: ReadonlySet<string> | undefined;
  /** What becomes of containers of an earlier configuration; undefined: as each service's UpdateSpec has it. */
  readonly old?: "keep" | "remove" | undefined;
  /** What was started is not watched longer than others wait for it: for waking. */
  readonly brisk?: boolean | undefined;
}

export interface ResolvedImage {
  /** As written. */
  readonly reference: string;
  /** `sha256:…` of the manifest, or of the configuration for an image that is on the engine only. */
  readonly digest: string;
  /** What the engine is told to run. */
  readonly local: string;
}

/** What there is of a stack. */
export interface ObservedStack {
  readonly name: string;
  readonly containers: readonly EngineContainer[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

/** One thing to do. `why` is for people. */
export interface Step {
  readonly action:
    | "pull"
    | "create-network"
    | "create-volume"
    | "create"
    | "start"
    | "wait-healthy"
    | "wait-completed"
    | "drain"
    | "stop"
    | "remove"
    | "remove-network"
    | "remove-volume"
    | "pause"
    | "wait"
    | "keep";
  readonly service?: string | undefined;
  readonly slot?: number | undefined;
  readonly target: string;
  readonly why: string;
  /** Id of the container that is meant, where there is one already. */
  readonly container?: string | undefined;
  /** `wait`: how long; `wait-healthy`: how long it is watched besides. */
  readonly ms?: number | undefined;
}

/** What would be done, in order; steps of one wave run side by side. */
export interface StackPlan {
  readonly stack: string;
  readonly waves: readonly (readonly Step[])[];
  readonly warnings: readonly string[];
}

/** What happens while a plan is carried out. */
export interface StepReport {
  readonly step: Step;
  readonly state: "begun" | "done" | "failed";
  readonly detail?: string | undefined;
}

export interface ApplyOptions {
  readonly onStep?: ((report: StepReport) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings stacks about on one kind of engine. Everything is idempotent: applying twice does nothing the second time, and a
 * plan that was cut off is planned again from what is observed. One machine's Docker or Podman today; the interface is
 * meant for Kubernetes and Swarm, too.
 */
export interface Driver {
  /** Pure: what is to be done to come from `observed` to `desired`. */
  plan(desired: DesiredStack | undefined, observed: ObservedStack): StackPlan;
  /** @throws E_DRIVER_STEP with what failed; nothing that ran before is lost (see UpdateSpec) */
  apply(plan: StackPlan, desired: DesiredStack | undefined, options?: ApplyOptions): Promise<void>;
  observe(stack?: string, signal?: AbortSignal): Promise<readonly ObservedStack[]>;
  /** Calls back when containers of a stack changed; undefined: look at all again. The answer ends it. */
  watch(listener: (stack: string | undefined) => void): () => void;
  logs(container: string, options: LogOptions, signal?: AbortSignal): AsyncIterable<LogLine>;
  exec(container: string, options: ExecOptions, signal?: AbortSignal): Promise<ExecSession>;
  /** 0 stops the containers and keeps them; starting again uses the same ones. */
  scale(stack: string, service: string, containers: number, options?: ApplyOptions): Promise<void>;
  resolve(
    reference: string,
    pull: "missing" | "always" | "never",
    options?: ApplyOptions & {
      readonly platform?: string | undefined;
    },
  ): Promise<ResolvedImage>;
}

export interface LogOptions {
  readonly follow?: boolean | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly tail?: number | undefined;
  readonly streams?: readonly ("stdout" | "stderr")[] | undefined;
}

export interface LogLine {
  readonly at: number;
  readonly service: string;
  readonly container: string;
  readonly slot: number;
  readonly stream: "stdout" | "stderr";
  readonly line: string;
}

export interface ExecOptions {
  readonly argv: readonly string[];
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly user?: string | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

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
