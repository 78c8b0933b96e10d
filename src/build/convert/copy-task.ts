// A COPY or ADD with its words put in and its sources sorted: what every way of carrying it over works with.

import type { InstructionOf, Word } from "../../recipe/dockerfile/ast.ts";
import { flagOf, flagsOf } from "../dockerfile/flag-values.ts";
import { parseRemote, type Remote } from "../dockerfile/remote.ts";
import { framed } from "../dockerfile/scope.ts";
import type { Part } from "./ledger.ts";
import { absolutePath, contentValue, noteFolder, type StageDraft, wordValue } from "./stage-draft.ts";

/** One copy. */
export interface CopyTask {
  readonly copy: InstructionOf<"COPY" | "ADD">;
  /** Paths in the context, a stage or an image. */
  readonly local: readonly string[];
  readonly remote: readonly Remote[];
  /** Contents given in the recipe. */
  readonly inline: readonly { readonly name: string; readonly content: string }[];
  /** Absolute; a slash at its end says that it is a folder. */
  readonly destination: string;
  /** A stage or an image; undefined: the context. */
  readonly from: string | undefined;
  readonly exclude: readonly string[];
  readonly part: Part;
}

/** Reads a COPY or ADD. @throws E_DOCKERFILE_WORD, E_ADD_URL, E_ADD_GIT */
export function copyTask(copy: CopyTask["copy"], draft: StageDraft, part: Part): CopyTask {
  const local: string[] = [];
  const remote: Remote[] = [];
  const inline: CopyTask["inline"][number][] = [];
  for (const source of copy.sources) {
    if ("heredoc" in source) {
      const content = contentValue(source.heredoc, draft, part);
      inline.push({ name: source.heredoc.name, content });
      continue;
    }
    const text = wordValue(source, draft, part);
    const found = copy.keyword === "ADD" ? framed(at(source, draft), () => parseRemote(text)) : undefined;
    if (found) remote.push(found);
    else local.push(text);
  }
  const destination = wordValue(copy.destination, draft, part);
  noteFolder(destination, draft, part);
  return {
    ...{ copy, local, remote, inline, part },
    destination: absolutePath(destination, draft),
    from: flagOf(copy, "from")?.value || undefined,
    exclude: flagsOf(copy, "exclude").map(({ value = "" }) => value),
  };
}

function at({ range }: Word, { job }: StageDraft) {
  return { source: job.scope.source, range };
}

/** True for the names of archives that ADD unpacks. */
export function isArchive(path: string): boolean {
  return /\.(?:tar(?:\.(?:gz|bz2|xz|zst))?|tgz|tbz2?|txz)$/.test(path);
}
