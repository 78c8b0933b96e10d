// The definition a build works with: arguments put in, mistakes told all at once, and each stage as the sections that are
// wanted, those of one name brought together.

import { codeFrame, type Located, type Problem, type Range, type SourceText } from "../../base/source.ts";
import {
  type DefinitionStage,
  type Header,
  parseFiles,
  parseLabelLines,
  type ResolvedDefinition,
  resolveDefinition,
  type Section,
  titleRange,
} from "../../recipe/definition/index.ts";
import type { StepOrigin } from "../types.ts";
import { fail } from "./errors.ts";
import type { DefinitionJob } from "./job.ts";

/** One stage as the build sees it. */
export interface Stage {
  readonly name: string | undefined;
  readonly isLast: boolean;
  /** Text that all ranges are places in: the file with its arguments put in. */
  readonly text: string;
  /** The last of each key. */
  readonly headers: ReadonlyMap<string, Header>;
  /** Those that are wanted, in the order of the file. */
  readonly sections: readonly Section[];
  /** The place in the file as it was read. */
  at(range: Range, title: string): StepOrigin;
}

const MAX_SHOWN = 10;

/** Reads the definition of a job. @throws E_DEFINITION, E_DEFINITION_UNUSED */
export function readRecipe(job: DefinitionJob): readonly Stage[] {
  const resolved = resolveDefinition(job.source, job.arguments);
  const { definition, place } = resolved;
  const problems = [...resolved.problems, ...lineProblems(resolved)];
  if (problems.length > 0) throw mistakes(job.source, problems);
  checkUnused(job, resolved.unused);
  const { stages, source } = definition;
  return stages.map((stage, index) =>
    toStage(stage, { text: source.text, place, isLast: index === stages.length - 1, job }),
  );
}

/** The sections of a name as one: bodies one after the other, arguments of the last. */
export function mergedSection(stage: Stage, name: string, app?: string): Section | undefined {
  const found = stage.sections.filter((one) => one.name === name && (app === undefined || appOf(one) === app));
  const last = found.at(-1);
  return (
    last && {
      ...last,
      body: found.map(({ body }) => (body === "" || body.endsWith("\n") ? body : `${body}\n`)).join(""),
    }
  );
}

/** The app that an `%app…` section is for. */
export function appOf({ args }: Section): string {
  return args.split(/\s+/)[0] ?? "";
}

/** The place of a section's first line, as the origin of its step. */
export function sectionOrigin(stage: Stage, section: Section): StepOrigin {
  return stage.at(titleRange(section), `%${section.name}${section.args === "" ? "" : ` ${section.args}`}`);
}

interface Surroundings {
  readonly text: string;
  readonly isLast: boolean;
  readonly job: DefinitionJob;
  place(range: Range): Located;
}

function toStage({ headers, sections }: DefinitionStage, { text, isLast, job, place }: Surroundings): Stage {
  const table = new Map(headers.map((header) => [header.key, header]));
  return {
    name: table.get("stage")?.value,
    isLast,
    text,
    headers: table,
    sections: sections.filter(({ name }) => isWanted(name, job.sections)),
    at: (range, title) => ({ ...place(range), title }),
  };
}

function isWanted(name: string, sections: readonly string[] | undefined): boolean {
  return sections === undefined || sections.includes("all") || sections.includes(name);
}

function lineProblems({ definition, place }: ResolvedDefinition): Problem[] {
  const { text } = definition.source;
  const sections = definition.stages.flatMap((stage) => stage.sections);
  const problems = sections.flatMap((section) => {
    if (section.name === "files" || section.name === "appfiles") return parseFiles(text, section).problems;
    if (section.name === "labels" || section.name === "applabels")
      return parseLabelLines(text, section.bodyRange).problems;
    return [];
  });
  return problems.map((problem) => ({ ...problem, range: place(problem.range).range }));
}

function mistakes(source: SourceText, problems: readonly Problem[]): Error {
  const shown = problems.slice(0, MAX_SHOWN).map(({ message, range, hint }) => {
    const more = problems.length > 1 && hint !== undefined ? `\n${hint}` : "";
    return `${message}\n${codeFrame({ source, range })}${more}`;
  });
  const rest = problems.length - shown.length;
  if (rest > 0) shown.push(`and ${rest} more`);
  const hint = (problems.length === 1 && problems[0]?.hint) || `correct ${source.name}`;
  return fail("E_DEFINITION", { problems: shown.join("\n\n"), hint });
}

function checkUnused(job: DefinitionJob, unused: readonly string[]): void {
  if (unused.length === 0) return;
  const names = unused.join(" ");
  if (job.warnUnused) job.log.warn(`unused build args: ${names}`);
  else {
    const used = [...job.source.text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((match) => match[1] ?? "");
    throw fail("E_DEFINITION_UNUSED", { names, known: [...new Set(used)].join(", ") || "none" });
  }
}
