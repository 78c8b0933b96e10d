// What is said of a line, in the text: underlined where it is, in words behind the line's end.

import { shownSeverity } from "../../words/states.ts";
import { widthBefore } from "./columns.ts";
import type { Remark } from "./remarks.ts";

interface Props {
  readonly line: number;
  readonly text: string;
  readonly remarks: readonly Remark[];
}

export function LineRemark({ line, text, remarks }: Props) {
  const [first] = remarks;
  const place = first?.place;
  if (!first || !place) return null;
  const from = widthBefore(text, place.column);
  const end = place.endLine === place.line ? place.endColumn : text.length + 1;
  const to = Math.max(widthBefore(text, end), from + 1);
  const behind = widthBefore(text, text.length + 1) + 2;
  const { tone } = shownSeverity(first.severity);
  const words = remarks.length > 1 ? `${first.message} (and ${remarks.length - 1} more)` : first.message;
  return (
    <div class={`line-remark tone-${tone}`} style={{ "--line": String(line - 1) }}>
      <span class="underline" style={{ "--from": `${from}ch`, "--width": `${to - from}ch` }} />
      <span class="behind" style={{ "--from": `${behind}ch` }}>
        <span>{words}</span>
      </span>
    </div>
  );
}
