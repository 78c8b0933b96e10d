// A recipe's file as text, with what is said of it in the text: a mark before the line, a line under the place, the words
// behind it. What is shown twice is for eyes only; the list beside it is for everybody.

import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { Glyph } from "../../parts/glyph.tsx";
import { shownSeverity } from "../../words/states.ts";
import { offsetOf } from "./columns.ts";
import { LineRemark } from "./line-remark.tsx";
import { byLine, type Remark } from "./remarks.ts";

/** A place that the caret is to go to. */
export interface Jump {
  readonly line: number;
  readonly column: number;
}

interface Props {
  readonly file: string;
  readonly text: string;
  readonly remarks: readonly Remark[];
  readonly jump: Jump | undefined;
  readonly onText: (text: string) => void;
}

export function Editor({ file, text, remarks, jump, onText }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const left = useSignal(0);
  const id = useId();
  const lines = text.split("\n");
  const said = byLine(remarks, file);
  useEffect(() => {
    if (!jump || !area.current) return;
    const offset = offsetOf(area.current.value, jump.line, jump.column);
    area.current.focus();
    area.current.setSelectionRange(offset, offset);
  }, [jump]);
  return (
    <div class="editor">
      <label for={id} class="unseen">{`Text of ${file}`}</label>
      <div class="editor-body" style={{ "--lines": String(Math.max(lines.length, 12)) }}>
        <div class="editor-gutter" aria-hidden="true">
          {lines.map((_line, index) => (
            <LineNumber key={index} number={index + 1} remark={said.get(index + 1)?.[0]} />
          ))}
        </div>
        <div class="editor-sheet">
          <div class="editor-marks" aria-hidden="true" style={{ "--left": `${-left.value}px` }}>
            {[...said].map(([line, here]) => (
              <LineRemark key={line} line={line} text={lines[line - 1] ?? ""} remarks={here} />
            ))}
          </div>
          <textarea
            ref={area}
            id={id}
            value={text}
            wrap="off"
            spellcheck={false}
            autocapitalize="off"
            autocomplete="off"
            aria-describedby="remarks-sum"
            onInput={(event) => onText(event.currentTarget.value)}
            onScroll={(event) => {
              left.value = event.currentTarget.scrollLeft;
            }}
          />
        </div>
      </div>
    </div>
  );
}

function LineNumber({ number, remark }: { readonly number: number; readonly remark: Remark | undefined }) {
  const shown = remark && shownSeverity(remark.severity);
  return (
    <span class={shown ? `line-number tone-${shown.tone}` : "line-number"}>
      {shown && <Glyph shape={shown.shape} tone={shown.tone} />}
      {number}
    </span>
  );
}
