// Thousands of lines, of which only those that are seen are drawn. Stays at the newest as long as nobody scrolls away.

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { moment } from "../../words/amounts.ts";
import type { Line } from "./lines.ts";
import { ROW, rowsSeen } from "./window.ts";

interface Props {
  readonly lines: readonly Line[];
  readonly label: string;
  readonly mark: string;
  /** Lines of any day that somebody searched for: with their dates, and no higher than they need. */
  readonly found?: boolean | undefined;
}

export function LineList({ lines, label, mark, found = false }: Props) {
  const frame = useRef<HTMLElement>(null);
  const top = useSignal(0);
  const height = useSignal(600);
  const atEnd = useSignal(true);
  const count = lines.length;
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const watch = new ResizeObserver(() => {
      height.value = element.clientHeight;
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const newest = lines.at(-1)?.key;
  useEffect(() => {
    if (atEnd.peek()) toEnd();
  }, [newest, count]);
  function toEnd(): void {
    if (frame.current) frame.current.scrollTop = frame.current.scrollHeight;
  }
  const { from, to } = rowsSeen(top.value, height.value, count);
  return (
    <div class="lines-place">
      <section
        class={found ? "lines found" : "lines"}
        ref={frame}
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keyboard
        tabIndex={0}
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          top.value = scrollTop;
          atEnd.value = scrollHeight - scrollTop - clientHeight < ROW * 2;
        }}
      >
        <div class="lines-all" style={{ "--rows": String(count) }}>
          {lines.slice(from, to).map((line, index) => (
            <LineRow key={line.key} line={line} row={from + index} mark={mark} dated={found} />
          ))}
        </div>
      </section>
      {!atEnd.value && (
        <div class="to-end">
          <Button onPress={toEnd}>To the newest</Button>
        </div>
      )}
    </div>
  );
}

interface RowProps {
  readonly line: Line;
  readonly row: number;
  readonly mark: string;
  readonly dated: boolean;
}

function LineRow({ line, row, mark, dated }: RowProps) {
  const when = moment(line.at);
  return (
    <div class={`line ${line.stream}`} style={{ "--row": String(row) }}>
      <span class="line-time" title={when}>
        {dated ? when.slice(5) : when.slice(11)}
      </span>
      <span class="line-from">{line.from}</span>
      <span class="line-stream">{line.stream === "stderr" ? "err" : ""}</span>
      <span class="line-text">{marked(line.text, mark)}</span>
    </div>
  );
}

function marked(text: string, mark: string) {
  if (mark === "") return text;
  const at = text.toLowerCase().indexOf(mark.toLowerCase());
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + mark.length)}</mark>
      {text.slice(at + mark.length)}
    </>
  );
}
