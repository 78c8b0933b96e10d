// One stage of a definition, step by step in Apptainer's order (spec/apptainer.md section 3): %pre, the base, apps, %files
// from other stages, %setup, %files, %post and %appinstall.

import { creationTime } from "../../image/metadata/labels.ts";
import type { Section } from "../../recipe/definition/index.ts";
import type { CopyOrigin, State } from "../types.ts";
import { stageBase } from "./base.ts";
import { readMetadata } from "./base-metadata.ts";
import { bootstrapStep } from "./bootstrap-program.ts";
import { failAt } from "./errors.ts";
import { filesStage, plannedCopies } from "./files.ts";
import { checkFingerprints } from "./fingerprints.ts";
import { foundation } from "./metadata.ts";
import { type Stage, sectionOrigin } from "./recipe.ts";
import { apply, applyLayer, type BuildContext, type StageRun } from "./stage-run.ts";
import { runInstallers, runPre, runSetup } from "./stage-scripts.ts";

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

async function begin(stage: Stage, { job, builder }: BuildContext): Promise<State> {
  const header = stage.headers.get("bootstrap");
  const shown = [...stage.headers.values()].filter(({ key }) => key === "bootstrap" || key === "from");
  const title = shown.map(({ value }) => value).join(": ") || "base";
  const at = stage.at((shown.at(-1) ?? header)?.range ?? { start: 0, end: 0 }, title);
  if (stage.isLast && job.update) return builder.from({ kind: "image", source: job.update }, at);
  const base = stageBase(stage, job.folder);
  if (base.kind === "source") {
    return builder.from(await checkFingerprints(stage, base.source, job), at);
  }
  const { architecture } = builder.platform;
  const say = (line: string) => builder.say(at, line);
  const step = bootstrapStep(stage, base.agent, { architecture, environment: job.environment, say });
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
