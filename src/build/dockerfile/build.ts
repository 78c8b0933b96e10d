// The Dockerfile front end: plans the stages, has them carried out, and answers with the image of the target.

import { codeFrame } from "../../base/source.ts";
import { hostPlatform } from "../../oci/platform.ts";
import type { Dockerfile } from "../../recipe/dockerfile/ast.ts";
import type { Builder, BuiltConfig, BuiltImage } from "../types.ts";
import { fail } from "./errors.ts";
import { globalArguments, platformArguments, unusedArguments } from "./globals.ts";
import type { DockerfileJob } from "./job.ts";
import type { Scope } from "./scope.ts";
import { stepOrigin } from "./site.ts";
import { stageRuns } from "./stage-runs.ts";
import { planStages, type StagePlan } from "./stages.ts";

/**
 * Builds the target of a Dockerfile.
 *
 * @throws E_DOCKERFILE_…, E_STAGE_…, E_FROM_…, E_VALUE, E_REFUSED, E_SECRET_…, E_SSH_MISSING, E_ADD_…, E_ONBUILD, and what
 * the builder throws; no step is under way any more then
 */
export async function buildDockerfile(job: DockerfileJob, builder: Builder): Promise<BuiltImage> {
  const scope = scopeOf(job, builder);
  const plan = planStages(job.file, job.target, scope, new Set(job.contexts.keys()));
  saySurprises(job, builder, scope, plan);
  const runs = stageRuns(plan, scope, job, builder);
  try {
    // All that is needed begins at once; a stage waits for those it needs by itself.
    const results = await Promise.all(plan.needed.map((index) => runs.result(index)));
    const { state, draft, platform } =
      results[plan.needed.indexOf(plan.target.index)] ?? (await runs.result(plan.target.index));
    return {
      state,
      platform: job.platform ?? platform,
      config: withLabels(draft.config, job.labels),
      ...(draft.author === undefined ? {} : { author: draft.author }),
      history: draft.history,
    };
  } catch (error) {
    await runs.stop();
    throw error;
  }
}

function scopeOf(job: DockerfileJob, builder: Builder): Scope {
  const { file, buildArgs } = job;
  checkProblems(file);
  const words = { source: file.source, escape: file.escape, buildArgs };
  const last = file.instructions.findLast((instruction) => instruction.keyword === "FROM");
  const platforms = {
    build: hostPlatform(),
    target: job.platform ?? builder.platform,
    stage: job.target ?? last?.alias?.text.toLowerCase(),
  };
  return { ...words, globals: globalArguments(file, platformArguments(platforms, buildArgs), words) };
}

const MOST_SHOWN = 10;

// All at once, so that nobody has to correct one mistake to be told of the next.
function checkProblems({ problems, source }: Dockerfile): void {
  if (problems.length === 0) return;
  const shown = problems.slice(0, MOST_SHOWN).map(({ range, message, hint }) => {
    const cure = hint === undefined ? "" : ` (${hint})`;
    return `${message}${cure}\n${codeFrame({ source, range })}`;
  });
  const more = problems.length - shown.length;
  const left = more > 0 ? `\nand ${more} more` : "";
  throw fail("E_DOCKERFILE_PROBLEM", { name: source.name, list: `${shown.join("\n")}${left}` });
}

function saySurprises(job: DockerfileJob, builder: Builder, scope: Scope, plan: StagePlan): void {
  const { file } = job;
  const say = (at: Parameters<typeof stepOrigin>[1], text: string) =>
    builder.say(stepOrigin(file.source.name, at), text);
  const syntax = file.directives.find(({ name }) => name === "syntax");
  if (syntax && !/(?:^|\/)docker\/dockerfile(?:-upstream)?(?:[:@]|$)/.test(syntax.value)) {
    const text = `the front end ${syntax.value} is asked for; berth reads the file with its own`;
    say({ source: file.source, range: syntax.range }, text);
  }
  for (const { at, text } of plan.notes) say(at, text);
  const unused = unusedArguments(
    file,
    job.buildArgs,
    platformArguments({ build: builder.platform, target: builder.platform, stage: undefined }, new Map()),
  );
  const at = { source: scope.source, range: plan.target.from.range };
  for (const name of unused) say(at, `--build-arg ${name} is declared by no ARG, and so changes nothing`);
}

function withLabels(config: BuiltConfig, labels: ReadonlyMap<string, string>): BuiltConfig {
  return labels.size === 0 ? config : { ...config, Labels: { ...config.Labels, ...Object.fromEntries(labels) } };
}
