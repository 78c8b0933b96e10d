// `%files`, `%files from stage` and `%appfiles` as copy steps: what `cp -fLr` would do with each line (spec/apptainer.md
// section 3). Pure: whether a source is there is seen by whoever copies.

import { isAbsolute, posix } from "node:path";
import { type FileLine, parseFiles, type Section } from "../../recipe/definition/index.ts";
import type { CopyOrigin, CopyStep, StepOrigin } from "../types.ts";
import { appOf, type Stage } from "./recipe.ts";

/** One copy and the line that asks for it. */
export interface PlannedCopy {
  readonly step: CopyStep;
  readonly at: StepOrigin;
}

/** Where a section's sources and destinations begin. */
export interface FilesPlace {
  readonly from: CopyOrigin;
  /** Absolute folder of relative sources. */
  readonly folder: string;
  /** Absolute folder in the image for all destinations. */
  readonly root: string;
}

/** The copies of a section's lines; neighbours that go into the same folder are one step. */
export function plannedCopies(stage: Stage, section: Section, from: CopyOrigin, folder: string): PlannedCopy[] {
  const root = section.name === "appfiles" ? `/scif/apps/${appOf(section)}` : "/";
  const copies: PlannedCopy[] = [];
  for (const line of parseFiles(stage.text, section).lines) {
    const at = stage.at(line.range, `%${section.name} ${stage.text.slice(line.range.start, line.range.end)}`);
    const step = copyStep(line, { from, folder, root });
    const last = copies.at(-1);
    if (last && isSameFolder(last.step, step)) {
      copies[copies.length - 1] = { at: last.at, step: { ...step, sources: [...last.step.sources, ...step.sources] } };
    } else copies.push({ step, at });
  }
  return copies;
}

/** The stage that a section's files come from; undefined: the host. */
export function filesStage(stage: Stage, section: Section): string | undefined {
  return parseFiles(stage.text, section).from;
}

function copyStep(line: FileLine, { from, folder, root }: FilesPlace): CopyStep {
  const common = {
    ...({
      kind: "copy",
      from,
      inline: [],
      exclude: [],
      unpack: false,
      follow: true,
      parents: false,
      extended: true,
    } as const),
    // `folder/.` means what is in it.
    style: /(^|\/)\.$/.test(line.source) ? "folder" : "cp",
  } as const;
  const source = isAbsolute(line.source) ? line.source : `${escapePattern(folder)}/${line.source}`;
  if (line.destination !== undefined)
    return { ...common, sources: [source], destination: below(root, line.destination) };
  // The same path as on the other side. Where patterns stand in the folders, each match keeps its own.
  const path = posix.join("/", line.source);
  const parent = posix.dirname(path);
  if (!/[*?[\\]|[@+!]\(/.test(parent)) return { ...common, sources: [source], destination: below(root, `${parent}/`) };
  const pivot = isAbsolute(line.source) ? line.source : `${escapePattern(folder)}/./${line.source}`;
  return { ...common, parents: true, sources: [pivot], destination: below(root, "/") };
}

// A slash at the end stays: it makes the destination a folder.
function below(root: string, destination: string): string {
  const inside = posix.join("/", destination);
  return root === "/" ? inside : `${root}${inside}`;
}

function isSameFolder(a: CopyStep, b: CopyStep): boolean {
  return (
    a.destination === b.destination && a.destination.endsWith("/") && a.style === b.style && a.parents === b.parents
  );
}

function escapePattern(path: string): string {
  return path.replace(/[*?[\]\\(]/g, "\\$&");
}
