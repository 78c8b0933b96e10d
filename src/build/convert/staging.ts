// Files that wait in a folder of the image until `%post` comes to their place: `%files` runs before all of `%post`, and
// knows neither owners nor modes nor what COPY does with folders.

import { posix } from "node:path";
import { type FoundLink, findSources } from "./context-sources.ts";
import { lower, type Part } from "./ledger.ts";
import { STAGING } from "./shell-functions.ts";
import type { StageDraft } from "./stage-draft.ts";
import { plainText, shellWord } from "./unknown-values.ts";

/** Files to be put aside. */
export interface ToStage {
  /** A stage or image; undefined: the context. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly exclude?: readonly string[];
  /** The folders above the sources are kept, from the context, the stage's root, or a `/./` in the source. */
  readonly parents?: boolean;
  readonly part: Part;
}

/** Files that were put aside. */
export interface Staged {
  readonly draft: StageDraft;
  /** Where they wait, in order; a folder's content is below its path. */
  readonly paths: readonly string[];
  /** Commands that add the links among them, which `%files` would follow. */
  readonly links: readonly string[];
  /** `files`: there is no folder among them. */
  readonly kind: "files" | "mixed";
}

/** Puts files aside. */
export function stageFiles({ from, sources, exclude = [], parents = false, part }: ToStage, draft: StageDraft): Staged {
  const number = draft.staged + 1;
  const found =
    from === undefined ? findSources(sources, draft.job.context, exclude) : fromStage(sources, exclude, part);
  for (const note of found.notes) lower(part, "approximated", note);
  const stage = from === undefined ? undefined : draft.job.stageName(from);
  const commands: string[] = [];
  const paths = found.sources.map(({ path, kind, parts, links }, index) => {
    const place = `${STAGING}/${number}/${index + 1}`;
    const name = posix.basename(path) === "." ? "context" : posix.basename(path) || "root";
    const waiting = parents ? posix.join(place, "all", below(path, sources)) : `${place}/${name}`;
    for (const one of parts) {
      const inside = posix.relative(path === "." ? "." : path, one);
      draft.files.push({ from: stage, line: filesLine(one, posix.join(waiting, inside)), part });
    }
    // A folder of which nothing is left is there all the same.
    if (kind === "folder" && parts.length === 0) commands.push(`mkdir -p ${shellWord(waiting)}`);
    for (const link of links) commands.push(...linkLines(link, posix.join(waiting, posix.relative(path, link.path))));
    return parents ? `${place}/all` : waiting;
  });
  const kind = found.sources.every((one) => one.kind === "file") && !parents ? "files" : "mixed";
  return { draft: { ...draft, staged: number }, paths, links: commands, kind };
}

// The part of a path that `--parents` keeps.
function below(path: string, sources: readonly string[]): string {
  const pivot = sources
    .filter((text) => text.includes("/./"))
    .map((text) => posix.join("/", text.slice(0, text.indexOf("/./"))).slice(1))
    .find((folder) => path.startsWith(`${folder}/`));
  return pivot === undefined ? path : posix.relative(pivot, path);
}

function linkLines({ target }: FoundLink, place: string): readonly string[] {
  return [`mkdir -p ${shellWord(posix.dirname(place))}`, `ln -s ${shellWord(target)} ${shellWord(place)}`];
}

// What a stage holds is only known when it is built.
function fromStage(sources: readonly string[], exclude: readonly string[], part: Part): ReturnType<typeof findSources> {
  lower(part, "approximated", "%files copies what links name, where COPY keeps links");
  if (exclude.length > 0) lower(part, "dropped", "--exclude cannot be said of files of another stage");
  const found = sources.map((text) => {
    const path = posix.join("/", text).replace(/(?<=.)\/$/, "");
    return { path, kind: "unknown", parts: [path], links: [] } as const;
  });
  return { sources: found, notes: [] };
}

/** A line of `%files`. */
export function filesLine(source: string, destination: string): string {
  return `${filesWord(plainText(source))} ${filesWord(plainText(destination))}`;
}

function filesWord(text: string): string {
  return /^[\w./@:+,=*?-]+$/.test(text) || text.includes("{{ ") ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
}
