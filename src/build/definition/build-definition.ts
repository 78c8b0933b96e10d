// From a definition file to an image: its stages in their order; the last becomes the image.

import { DEFINITION_ENTRYPOINT } from "../../image/definition-mark.ts";
import { definitionText } from "../../image/metadata/labels.ts";
import type { Builder, BuiltConfig, BuiltImage, StepMount } from "../types.ts";
import { readMetadata } from "./base-metadata.ts";
import { failAt } from "./errors.ts";
import type { DefinitionJob } from "./job.ts";
import { definitionLabels } from "./labels.ts";
import { finish } from "./metadata.ts";
import { plainEnvironment } from "./plain-environment.ts";
import { mergedSection, readRecipe, type Stage, sectionOrigin } from "./recipe.ts";
import { LABELS_FILE, withEnvironmentScripts } from "./script-environment.ts";
import { runStage } from "./stage.ts";
import { applyLayer, type BuildContext, programStep, type StageRun } from "./stage-run.ts";

const MAX_LABELS_BYTES = 1024 * 1024;
const MAX_SCRIPT_BYTES = 4 * 1024 * 1024;

/**
 * Builds the image of a definition file.
 * @throws E_DEFINITION…, E_BOOTSTRAP_…, E_STAGE_…, E_SIGNATURE_…, E_TEST_FAILED, and what the builder throws
 */
export async function buildDefinition(job: DefinitionJob, builder: Builder): Promise<BuiltImage> {
  const stages = readRecipe(job);
  checkNames(stages);
  const context: BuildContext = { job, builder, finished: new Map(), ...(await extraMounts(job)) };
  for (const stage of stages) {
    const run = await runStage(stage, context);
    if (stage.isLast) return complete(run);
    if (stage.name !== undefined) context.finished.set(stage.name, run.state);
  }
  // A definition without a stage has a problem, and readRecipe has thrown it.
  throw new TypeError("a definition has at least one stage");
}

async function complete(run: StageRun): Promise<BuiltImage> {
  const { builder, job } = run.context;
  const labels = await finishMetadata(run);
  await runTest(run);
  const { Cmd: _cmd, Entrypoint: _entrypoint, ...kept } = run.config;
  const scripts = await Promise.all(["90", "91"].map((number) => environmentScript(run, number)));
  const Env = plainEnvironment(kept.Env ?? [], scripts);
  const config: BuiltConfig = { ...kept, Env, Entrypoint: DEFINITION_ENTRYPOINT, Labels: labels };
  job.log.debug(`built with ${run.state.layers.length} layers`);
  return { state: run.state, platform: builder.platform, config, history: run.history };
}

async function environmentScript({ state, context }: StageRun, number: string): Promise<string> {
  const path = `/.singularity.d/env/${number}-environment.sh`;
  return (await context.builder.readFile(state, path, MAX_SCRIPT_BYTES))?.toString("utf8") ?? "";
}

async function finishMetadata(run: StageRun): Promise<Readonly<Record<string, string>>> {
  const { stage, context, created } = run;
  const { builder, job } = context;
  const now = await readMetadata(builder, run.state);
  const written = await builder.readFile(run.state, LABELS_FILE, MAX_LABELS_BYTES);
  const { labels, kept } = definitionLabels({
    ...{ stage, created, base: now.labels, version: job.version, force: job.force, asked: job.labels },
    written: written?.toString("utf8") ?? "",
    architecture: builder.platform.architecture,
  });
  for (const name of kept) job.log.warn(`the label ${name} of the base is kept; --force replaces it`);
  const facts = { labels, origin: originOf(run), definition: job.source.text, labelsWritten: written !== undefined };
  await applyLayer(run, finish(stage, now, facts), "metadata of the definition");
  return labels;
}

function originOf({ stage, state }: StageRun): string | undefined {
  const isFile = stage.headers.get("bootstrap")?.value.toLowerCase() === "localimage";
  return isFile && state.base ? definitionText(state.base.image) : undefined;
}

async function runTest(run: StageRun): Promise<void> {
  const section = mergedSection(run.stage, "test");
  if (!section || !run.context.job.test) return;
  const at = sectionOrigin(run.stage, section);
  const argv = withEnvironmentScripts(["/.singularity.d/test"]);
  const step = await programStep(run, { argv, file: undefined }, "/", at);
  const status = await run.context.builder.check(run.state, step, at);
  if (status !== 0) throw failAt("E_TEST_FAILED", at, { status });
}

function checkNames(stages: readonly Stage[]): void {
  const seen = new Set<string>();
  for (const stage of stages) {
    const header = stage.headers.get("stage");
    if (header && seen.has(header.value)) {
      throw failAt("E_STAGE_TWICE", stage.at(header.range, "Stage"), { name: header.value });
    }
    if (header) seen.add(header.value);
  }
}

// What the caller's flags add to every script that runs in the image.
async function extraMounts(job: DefinitionJob): Promise<Pick<BuildContext, "mounts" | "deviceEnv">> {
  const mounts = job.binds.map((bind): StepMount => ({ kind: "host", ...bind }));
  if (job.devices.length === 0) return { mounts, deviceEnv: {} };
  const { findDevices } = await import("../../run/cdi.ts");
  const { libraryPathOnly } = await import("../../run/device-libraries.ts");
  const { devices: names, environment: env, log } = job;
  const edits = await findDevices({ names, dirs: [], env, dev: { minimal: true, ipc: true }, log });
  const settled = await libraryPathOnly(edits);
  const devices = settled.mounts.flatMap((mount): StepMount[] =>
    mount.op === "bind"
      ? [{ kind: "host", source: mount.source, target: mount.target, readOnly: mount.flags.includes("ro") }]
      : [],
  );
  return { mounts: [...mounts, ...devices], deviceEnv: Object.fromEntries(settled.env) };
}
