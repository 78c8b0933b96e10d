// What drivers do: a stack on one kind of engine. One machine's Docker or Podman today; meant to fit Kubernetes and Swarm.

import type { StackSpec } from "../recipe/stack/types.ts";
import type { EngineContainer, ExecSession } from "./engine/types.ts";

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
