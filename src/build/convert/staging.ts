// Files that wait in a folder of the image until `%post` comes to their place: `%files` runs before all of `%post`, and
// knows neither owners nor modes nor what COPY does with folders.

import { posix } from "node:path";
import { findSources } from "./context-sources.ts";
import { lower, type Part } from "./ledger.ts";
import { STAGING, type StageDraft } from "./stage-draft.ts";
import { plainText } from "./unknown-values.ts";

/** Files to be put aside. */
export interface ToStage {
  /** A stage or image; undefined: the context. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly exclude?: readonly string[];
  readonly part: Part;
}

/** Puts files aside. `paths` are where they wait, in order; a folder's content is below its path. */
export function stageFiles(
  { from, sources, exclude = [], part }: ToStage,
  draft: StageDraft,
): { readonly draft: StageDraft; readonly paths: readonly string[] } {
  const number = draft.staged + 1;
  const found =
    from === undefined ? findSources(sources, draft.job.context, exclude) : fromStage(sources, exclude, part);
  for (const note of found.notes) lower(part, "approximated", note);
  const stage = from === undefined ? undefined : draft.job.stageName(from);
  const paths = found.sources.map(({ path, parts }, index) => {
    const name = posix.basename(path) === "." ? "context" : posix.basename(path) || "root";
    const waiting = `${STAGING}/${number}/${index + 1}/${name}`;
    for (const one of parts) {
      const inside = posix.relative(path === "." ? "." : path, one);
      draft.files.push({ from: stage, line: filesLine(one, posix.join(waiting, inside)), part });
    }
    return waiting;
  });
  return { draft: { ...draft, staged: number }, paths };
}

// What a stage holds is only known when it is built.
function fromStage(sources: readonly string[], exclude: readonly string[], part: Part): ReturnType<typeof findSources> {
  lower(part, "approximated", "%files copies what links name, where COPY keeps links");
  if (exclude.length > 0) lower(part, "dropped", "--exclude cannot be said of files of another stage");
  const found = sources.map((text) => {
    const path = posix.join("/", text).replace(/(?<=.)\/$/, "");
    return { path, kind: "unknown", parts: [path] } as const;
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
