// The scripts of a stage: %pre and %setup on the host, %post and %appinstall in the image.

import { BerthError } from "../../base/errors.ts";
import type { Range } from "../../base/source.ts";
import type { Section } from "../../recipe/definition/index.ts";
import { appFolder } from "./apps.ts";
import { type BaseMetadata, hasEnvironmentCode } from "./base-metadata.ts";
import { failAt } from "./errors.ts";
import { failingLine } from "./failing-line.ts";
import { appOf, mergedSection, type Stage, sectionOrigin } from "./recipe.ts";
import { hostEnvironment, withEnvironmentScripts } from "./script-environment.ts";
import { hostScript, type ScriptStart, scriptStart } from "./script-step.ts";
import { apply, type BuildContext, programStep, type StageRun } from "./stage-run.ts";

/** %pre. Before the base is there the script has an empty folder for a root, and nothing of it is kept. */
export async function runPre(stage: Stage, { job, builder }: BuildContext): Promise<void> {
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

/** %setup. */
export async function runSetup(run: StageRun): Promise<void> {
  const section = mergedSection(run.stage, "setup");
  if (!section) return;
  const env = hostEnvironment(run.context.job.environment);
  await apply(run, { kind: "host", ...hostScript(section, "%setup"), env }, sectionOrigin(run.stage, section));
}

/** %post, and every %appinstall in the order of the file. @throws E_SCRIPT_FAILED */
export async function runInstallers(run: StageRun, base: BaseMetadata): Promise<void> {
  const { stage } = run;
  const sourced = hasEnvironmentCode(base);
  const withBase = (start: ScriptStart) => (sourced ? { ...start, argv: withEnvironmentScripts(start.argv) } : start);
  const post = mergedSection(stage, "post");
  const bodies = stage.sections.filter(({ name }) => name === "post").map(({ bodyRange }) => bodyRange);
  if (post) await runScript(run, post, bodies, { start: withBase(scriptStart(post, "%post")), cwd: "/" });
  for (const section of stage.sections.filter(({ name }) => name === "appinstall")) {
    const app = appOf(section);
    const start = scriptStart({ ...section, args: section.args.replace(/^\S+\s*/, "") }, `%appinstall ${app}`);
    const argv = ["/bin/sh", "-c", `. ${appFolder(app)}/scif/env/01-base.sh; exec "$@"`, "berth", ...start.argv];
    const program = { start: withBase({ ...start, argv }), cwd: appFolder(app) };
    await runScript(run, section, [section.bodyRange], program);
  }
}

async function runScript(
  run: StageRun,
  section: Section,
  bodies: readonly Range[],
  { start, cwd }: { readonly start: ScriptStart; readonly cwd: string },
): Promise<void> {
  const at = sectionOrigin(run.stage, section);
  try {
    await apply(run, await programStep(run, start, cwd, at), at);
  } catch (error) {
    if (!(error instanceof BerthError) || error.code !== "E_STEP_FAILED") throw error;
    const { status, said } = error.fields;
    const line = failingLine(run.stage.text, bodies, String(said ?? ""));
    const place = line ? run.stage.at(line, at.title) : at;
    // The engine has said the same in its words; as a cause it would be told twice.
    throw failAt("E_SCRIPT_FAILED", place, { section: `%${section.name}`, status, said });
  }
}
