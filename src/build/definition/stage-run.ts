// A stage on its way from step to step: where it stands, and what it has done so far.

import type { RuntimeConfig } from "../../oci/types.ts";
import type { Builder, HistoryEntry, RunStep, State, Step, StepMount, StepOrigin } from "../types.ts";
import type { DefinitionJob } from "./job.ts";
import { layerStep, type OwnLayer } from "./layer.ts";
import type { Stage } from "./recipe.ts";
import { imageEnvironment } from "./script-environment.ts";
import { type ScriptStart, scriptMounts } from "./script-step.ts";

/** What all stages of a build share. */
export interface BuildContext {
  readonly job: DefinitionJob;
  readonly builder: Builder;
  /** Finished stages by name. */
  readonly finished: Map<string, State>;
  /** Mounts and variables of binds and devices. */
  readonly mounts: readonly StepMount[];
  readonly deviceEnv: Readonly<Record<string, string>>;
}

/** A stage on its way: `state` is where it stands. */
export interface StageRun {
  readonly stage: Stage;
  readonly context: BuildContext;
  state: State;
  readonly history: HistoryEntry[];
  /** The base's configuration. */
  readonly config: RuntimeConfig;
  /** Seconds since 1970 for what the build itself writes; 0: not known. */
  readonly created: number;
}

/** Carries a step out. @throws what the builder does */
export async function apply(run: StageRun, step: Step, at: StepOrigin): Promise<void> {
  const next = await run.context.builder.step(run.state, step, at);
  const unchanged = next.layers.length === run.state.layers.length;
  run.history.push({ created_by: at.title, ...(unchanged ? { empty_layer: true } : {}) });
  run.state = next;
}

/** Lays files of our own over the state. */
export function applyLayer(run: StageRun, layer: OwnLayer, title: string): Promise<void> {
  const { stage } = run;
  const header = stage.headers.get("bootstrap") ?? [...stage.headers.values()][0];
  return apply(run, layerStep(layer, run.created), stage.at(header?.range ?? { start: 0, end: 0 }, title));
}

/** A program in the image, with the environment that scripts have. */
export async function programStep(run: StageRun, start: ScriptStart, cwd: string, at: StepOrigin): Promise<RunStep> {
  const { builder, job, mounts, deviceEnv } = run.context;
  const { env, hidden } = imageEnvironment(run.config.Env ?? [], job.environment);
  return {
    ...{ kind: "run", argv: start.argv, cwd, network: "host" },
    env: { ...env, ...deviceEnv },
    hidden: hidden ?? [],
    mounts: [...mounts, ...(await scriptMounts(start, builder, at))],
  };
}
