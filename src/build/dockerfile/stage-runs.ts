// Carries out stages: each once, when somebody needs it, and side by side as far as they do not need each other.

import type { Located } from "../../base/source.ts";
import type { Platform } from "../../oci/types.ts";
import type { ImageSource } from "../../oci/uri.ts";
import type { Builder, CopyOrigin, State } from "../types.ts";
import { baseConfig } from "./base-config.ts";
import { bounded } from "./bounded-builder.ts";
import { type Draft, firstDraft, inheritedDraft } from "./draft.ts";
import { failAt } from "./errors.ts";
import { contextFor, imageNamed } from "./image-names.ts";
import { carryOut } from "./instruction.ts";
import type { DockerfileJob } from "./job.ts";
import type { Scope } from "./scope.ts";
import { type Progress, type Site, stepOrigin } from "./site.ts";
import { type Stage, type StagePlan, stageReference } from "./stages.ts";
import { parseTriggers, type Trigger } from "./triggers.ts";

/** A stage that is complete. */
export interface StageResult {
  readonly state: State;
  readonly draft: Draft;
  readonly platform: Platform;
}

/** The stages of a build. */
export interface StageRuns {
  /** Builds a stage, or waits for the one who does. */
  result(index: number): Promise<StageResult>;
  /** Gives up what is under way, and waits until nothing is. */
  stop(): Promise<void>;
}

/** Makes the runs of a plan; nothing begins before it is asked for. */
export function stageRuns(plan: StagePlan, scope: Scope, job: DockerfileJob, engine: Builder): StageRuns {
  const { builder, stop } = bounded(engine);
  const running = new Map<number, Promise<StageResult>>();
  const images = new Map<string, Promise<State>>();
  const result = (index: number): Promise<StageResult> => {
    const known = running.get(index);
    if (known) return known;
    const stage = plan.stages[index];
    if (stage === undefined) throw new RangeError(`no stage ${index}`);
    const made = runStage(stage, { plan, scope, job, builder, result, image });
    // Whoever waits hears of a failure; that nobody does is no failure of its own.
    made.catch(() => undefined);
    running.set(index, made);
    return made;
  };
  const image: Everything["image"] = (source, platform, at) => {
    const key = JSON.stringify([source, platform]);
    const known = images.get(key);
    if (known) return known;
    const made = builder.from(
      { kind: "image", source, ...(platform ? { platform } : {}) },
      stepOrigin(`FROM ${at.title}`, at),
    );
    made.catch(() => undefined);
    images.set(key, made);
    return made;
  };
  return {
    result,
    stop: async () => {
      stop();
      await Promise.allSettled([...running.values(), ...images.values()]);
    },
  };
}

interface Everything {
  readonly plan: StagePlan;
  readonly scope: Scope;
  readonly job: DockerfileJob;
  readonly builder: Builder;
  result(index: number): Promise<StageResult>;
  /** An image's files, brought here once for each platform. */
  image(source: ImageSource, platform: Platform | undefined, at: Located & { readonly title: string }): Promise<State>;
}

async function runStage(stage: Stage, all: Everything): Promise<StageResult> {
  const { scope, job, builder } = all;
  const { state, draft, platform, triggers } = await beginStage(stage, all);
  let progress: Progress = { state, draft };
  const site = (source: Scope["source"]): Site => ({
    ...{ job, builder, scope: { ...scope, source } },
    originOf: (text, at) => originOf(text, at, stage, all),
  });
  for (const { instruction, source } of triggers) progress = await carryOut(instruction, progress, site(source));
  const own = site(scope.source);
  for (const instruction of stage.instructions) progress = await carryOut(instruction, progress, own);
  return { ...progress, platform };
}

interface Beginning extends StageResult {
  readonly triggers: readonly Trigger[];
}

async function beginStage(stage: Stage, all: Everything): Promise<Beginning> {
  const { job, scope, builder, plan } = all;
  const { base, from } = stage;
  if (base.kind === "stage") {
    const below = await all.result(base.index);
    const triggers = (plan.stages[base.index]?.instructions ?? []).flatMap((one) =>
      one.keyword === "ONBUILD" ? [{ instruction: one.trigger, source: scope.source }] : [],
    );
    return { ...below, draft: inheritedDraft(below.draft), triggers };
  }
  const platform = stage.platform ?? job.platform;
  const at = { source: scope.source, range: from.range };
  const state =
    base.kind === "scratch"
      ? await builder.from({ kind: "scratch" }, stepOrigin(from.line, at))
      : await baseImage(base.name, base.at, platform, all);
  const found = baseConfig(state.base, platform ?? builder.platform);
  const title = base.kind === "scratch" ? "scratch" : base.name;
  const triggers = parseTriggers(found.triggers, title, at);
  return { state, draft: firstDraft(found.config, found.author), platform: found.platform, triggers };
}

async function baseImage(name: string, at: Located, platform: Platform | undefined, all: Everything): Promise<State> {
  const context = contextFor(name, all.job.contexts);
  if (context?.kind === "folder") {
    const why = "--build-context gives a folder under this name, and a stage begins with an image";
    throw failAt("E_FROM_NAME", at, { word: name, why });
  }
  const source = context?.source ?? imageNamed(name, at);
  return all.image(source, platform, { ...at, title: name });
}

async function originOf(text: string, at: Located, stage: Stage, all: Everything): Promise<CopyOrigin> {
  const index = stageReference(text, all.plan.stages, at);
  const context = contextFor(text, all.job.contexts);
  if (context?.kind === "folder") return context;
  if (context === undefined && index !== undefined) {
    // Only a trigger of a base image gets here with a later stage: the plan could not know of it.
    if (index >= stage.index) throw failAt("E_STAGE_LATER", at, { name: text });
    return { kind: "state", state: (await all.result(index)).state };
  }
  if (text === "scratch") {
    const state = await all.builder.from({ kind: "scratch" }, stepOrigin("scratch", at));
    return { kind: "state", state };
  }
  const source = context?.source ?? imageNamed(text, at);
  const state = await all.image(source, all.job.platform, { ...at, title: text });
  return { kind: "state", state };
}
