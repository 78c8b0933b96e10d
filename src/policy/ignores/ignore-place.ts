// Where a comment that ignores a finding is to be put: above the instruction, or above the command inside a section or a script.

import type { Range } from "../../base/source.ts";
import type { DocumentKind } from "../document-kind.ts";
import type { Edit } from "../types.ts";

/** The edit that puts the comment there. `blocks` are the instructions of a Dockerfile. */
export function ignoreEdit(
  text: string,
  { rule, at, kind }: { readonly rule: string; readonly at: number; readonly kind: DocumentKind },
  blocks: readonly Range[],
): Edit {
  const block = kind === "dockerfile" ? blocks.find(({ start, end }) => start <= at && at <= end) : undefined;
  let start = text.lastIndexOf("\n", (block?.start ?? at) - 1) + 1;
  // A line that goes on from the one above belongs to it.
  if (kind === "script")
    while (start > 0 && /\\\r?\n$/.test(text.slice(0, start))) start = text.lastIndexOf("\n", start - 2) + 1;
  const [indent = ""] = /^[ \t]*/.exec(text.slice(start, start + 200)) ?? [];
  const feed = text.includes("\r\n") ? "\r\n" : "\n";
  return { range: { start, end: start }, text: `${indent}# policy ignore=${rule} -- REASON${feed}` };
}
