// One stage of a definition, step by step in Apptainer's order (spec/apptainer.md section 3): %pre, the base, apps, %files
// from other stages, %setup, %files, %post and %appinstall.

import { creationTime } from "../../image/metadata/labels.ts";
import type { RuntimeConfig } from "../../oci/types.ts";
import type { Section } from "../../recipe/definition/index.ts";
import type { Builder, CopyOrigin, HistoryEntry, RunStep, State, Step, StepMount, StepOrigin } from "../types.ts";
import { appFolder } from "./apps.ts";
import { stageBase } from "./base.ts";
import { type BaseMetadata, hasEnvironmentCode, readMetadata } from "./base-metadata.ts";
import { bootstrapStep } from "./bootstrap-program.ts";
import { failAt } from "./errors.ts";
import { filesStage, plannedCopies } from "./files.ts";
import { checkFingerprints } from "./fingerprints.ts";
import type { DefinitionJob } from "./job.ts";
import { layerStep, type OwnLayer } from "./layer.ts";
import { foundation } from "./metadata.ts";
import { appOf, mergedSection, type Stage, sectionOrigin } from "./recipe.ts";
import { hostEnvironment, imageEnvironment, withEnvironmentScripts } from "./script-environment.ts";
import { hostScript, type ScriptStart, scriptMounts, scriptStart } from "./script-step.ts";

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

/** Carries a stage out up to the last of its %appinstall. @throws what the builder does, E_BOOTSTRAP_*, E_STAGE_MISSING */
export async function runStage(stage: Stage, context: BuildContext): Promise<StageRun> {
  await runPre(stage, context);
  const state = await begin(stage, context);
  const created = context.job.created ?? baseTime(state);
  const run: StageRun = { stage, context, state, history: [], config: state.base?.image.config.config ?? {}, created };
  const base = await readMetadata(context.builder, state);
  await applyLayer(run, foundation(stage, base, run.config), "/.singularity.d");
  await copySections(run, "appfiles", () => true);
  await copySections(run, "files", (section) => filesStage(stage, section) !== undefined);
  await runSetup(run);
  await copySections(run, "files", (section) => filesStage(stage, section) === undefined);
  await runInstallers(run, base);
  return run;
}

// A system made of packages is as old as its making; nothing has no age.
function baseTime({ base, layers }: State): number {
  return base ? creationTime(base.image) : Math.floor((layers[0]?.made ?? 0) / 1000);
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

async function apply(run: StageRun, step: Step, at: StepOrigin): Promise<void> {
  const next = await run.context.builder.step(run.state, step, at);
  const unchanged = next.layers.length === run.state.layers.length;
  run.history.push({ created_by: at.title, ...(unchanged ? { empty_layer: true } : {}) });
  run.state = next;
}

// Before the base is there the script has an empty folder for a root, and nothing of it is kept.
async function runPre(stage: Stage, { job, builder }: BuildContext): Promise<void> {
  const section = mergedSection(stage, "pre");
  if (!section) return;
  const at = sectionOrigin(stage, section);
  const nothing = await builder.from({ kind: "scratch" }, at);
  await builder.step(
    nothing,
    { kind: "host", ...hostScript(section, "%pre"), env: hostEnvironment(job.environment) },
    at,
  );
}

async function begin(stage: Stage, { job, builder }: BuildContext): Promise<State> {
  const header = stage.headers.get("bootstrap");
  const shown = [...stage.headers.values()].filter(({ key }) => key === "bootstrap" || key === "from");
  const title = shown.map(({ value }) => value).join(": ") || "base";
  const at = stage.at((shown.at(-1) ?? header)?.range ?? { start: 0, end: 0 }, title);
  if (stage.isLast && job.update) return builder.from({ kind: "image", source: job.update }, at);
  const base = stageBase(stage, job.folder);
  if (base.kind === "source") {
    await checkFingerprints(stage, base.source, job);
    return builder.from(base.source, at);
  }
  const { architecture } = builder.platform;
  const step = bootstrapStep(stage, base.agent, { architecture, environment: job.environment });
  return builder.step(await builder.from({ kind: "scratch" }, at), step, at);
}

async function copySections(run: StageRun, name: string, wanted: (section: Section) => boolean): Promise<void> {
  const { stage, context } = run;
  for (const section of stage.sections.filter((one) => one.name === name && wanted(one))) {
    const from = originOf(stage, section, context);
    const folder = from.kind === "host" ? context.job.folder : "/";
    for (const { step, at } of plannedCopies(stage, section, from, folder)) await apply(run, step, at);
  }
}

function originOf(stage: Stage, section: Section, { finished }: BuildContext): CopyOrigin {
  const name = filesStage(stage, section);
  if (name === undefined) return { kind: "host" };
  const state = finished.get(name);
  if (state) return { kind: "state", state };
  const known = [...finished.keys()].join(", ") || "none";
  throw failAt("E_STAGE_MISSING", sectionOrigin(stage, section), { name, known });
}

async function runSetup(run: StageRun): Promise<void> {
  const section = mergedSection(run.stage, "setup");
  if (!section) return;
  const env = hostEnvironment(run.context.job.environment);
  await apply(run, { kind: "host", ...hostScript(section, "%setup"), env }, sectionOrigin(run.stage, section));
}

async function runInstallers(run: StageRun, base: BaseMetadata): Promise<void> {
  const { stage } = run;
  const sourced = hasEnvironmentCode(base);
  const withBase = (start: ScriptStart) => (sourced ? { ...start, argv: withEnvironmentScripts(start.argv) } : start);
  const post = mergedSection(stage, "post");
  if (post) {
    const at = sectionOrigin(stage, post);
    await apply(run, await programStep(run, withBase(scriptStart(post, "%post")), "/", at), at);
  }
  for (const section of stage.sections.filter(({ name }) => name === "appinstall")) {
    const app = appOf(section);
    const at = sectionOrigin(stage, section);
    const start = scriptStart({ ...section, args: section.args.replace(/^\S+\s*/, "") }, `%appinstall ${app}`);
    const argv = ["/bin/sh", "-c", `. ${appFolder(app)}/scif/env/01-base.sh; exec "$@"`, "berth", ...start.argv];
    await apply(run, await programStep(run, withBase({ ...start, argv }), appFolder(app), at), at);
  }
}
