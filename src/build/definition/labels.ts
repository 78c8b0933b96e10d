// The labels of an image built from a definition file: those of its base, of %labels and of %post, and what every build
// adds (spec/apptainer.md sections 1.6 and 3). Pure; no clock: the same definition on the same base gives the same labels.

import { buildDate } from "../../image/metadata/labels.ts";
import { type LabelLine, parseLabelLines } from "../../recipe/definition/index.ts";
import { mergedSection, type Stage } from "./recipe.ts";

/** What the labels are made of. */
export interface LabelFacts {
  readonly stage: Stage;
  /** Labels that are there already. */
  readonly base: Readonly<Record<string, string>>;
  /** What %post wrote into `$APPTAINER_LABELS`. */
  readonly written: string;
  readonly architecture: string;
  /** Seconds since 1970; 0: not known. */
  readonly created: number;
  readonly version: string;
  /** Replace labels that are there already. */
  readonly force: boolean;
  /** Of the command line; they replace all others. */
  readonly asked: ReadonlyMap<string, string>;
}

/** The labels sorted by name, and those that were given but kept as they are. */
export interface ImageLabels {
  readonly labels: Readonly<Record<string, string>>;
  readonly kept: readonly string[];
}

/** Puts the labels together. */
export function definitionLabels(facts: LabelFacts): ImageLabels {
  const section = mergedSection(facts.stage, "labels");
  const given = [...linesOf(section?.body ?? ""), ...linesOf(facts.written)];
  const labels = new Map(Object.entries(facts.base));
  const kept: string[] = [];
  for (const { name, value } of given) {
    const old = facts.base[name];
    if (old === undefined || facts.force) labels.set(name, value);
    else if (old !== value) kept.push(name);
  }
  for (const [name, value] of Object.entries(buildLabels(facts))) {
    if (!given.some((label) => label.name === name)) labels.set(name, value);
  }
  for (const [name, value] of facts.asked) labels.set(name, value);
  const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return { labels: Object.fromEntries(sorted), kept };
}

function linesOf(text: string): readonly LabelLine[] {
  return parseLabelLines(text, { start: 0, end: text.length }).labels;
}

function buildLabels({ stage, architecture, created, version }: LabelFacts): Record<string, string> {
  const help = mergedSection(stage, "help") === undefined ? {} : HELP_LABELS;
  const headers = [...stage.headers.values()].map(({ key, value }) => [`${USAGE}.singularity.deffile.${key}`, value]);
  return {
    "org.label-schema.schema-version": "1.0",
    "org.label-schema.build-arch": architecture,
    ...(created > 0 ? { "org.label-schema.build-date": buildDate(created) } : {}),
    [`${USAGE}.berth.version`]: version,
    ...help,
    ...Object.fromEntries(headers),
  };
}

const USAGE = "org.label-schema.usage";
const HELP_LABELS = {
  [USAGE]: "/.singularity.d/runscript.help",
  [`${USAGE}.apptainer.runscript.help`]: "/.singularity.d/runscript.help",
};
