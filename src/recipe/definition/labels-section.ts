// The lines of `%labels` and `%applabels`, and of the file that `$APPTAINER_LABELS` names: `key value…`.

import type { Problem, Range } from "../../base/source.ts";
import { type Line, linesOf, trimmedRange } from "./lines.ts";

/** One label. */
export interface LabelLine {
  readonly name: string;
  readonly value: string;
  readonly range: Range;
}

/** Labels in their order; a name may stand twice. */
export interface LabelLines {
  readonly labels: readonly LabelLine[];
  readonly problems: readonly Problem[];
}

/** Parses the labels in a part of a text. Never throws. */
export function parseLabelLines(text: string, range: Range): LabelLines {
  const labels: LabelLine[] = [];
  const problems: Problem[] = [];
  for (const line of linesOf(text, range)) {
    const content = line.text.trim();
    if (content === "" || content.startsWith("#")) continue;
    const label = parseLabel(line, content);
    if (label) labels.push(label);
    else
      problems.push({
        range: trimmedRange(line),
        message: "a quote is not closed",
        hint: 'write "name of label" value',
      });
  }
  return { labels, problems };
}

// Names may be quoted; one pair of quotes around the whole value is taken off.
function parseLabel(line: Line, content: string): LabelLine | undefined {
  const match = /^(?:"([^"]*)"|'([^']*)'|([^\s"'][^\s]*))(?:\s+([\s\S]*))?$/.exec(content);
  const name = match?.[1] ?? match?.[2] ?? match?.[3];
  if (name === undefined) return undefined;
  const value = (match?.[4] ?? "").trim();
  return { name, value: value.replace(/^(["'])(.*)\1$/, "$2"), range: trimmedRange(line) };
}
