// Here-documents of RUN, COPY and ADD: finding their markers in a logical line, and reading their contents from the
// lines below it. A marker is a word of its own, as in `cat <<EOF`; `<<<`, `1<<2` and quoted text are none.

import { sourcePart, withoutMatches } from "../script-text.ts";
import type { Heredoc } from "./ast.ts";
import type { PhysicalLine } from "./logical-line.ts";

/** A marker in a logical line, from its file descriptor or `<<` to the end of its delimiter. */
export interface HeredocMarker {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly expand: boolean;
  readonly stripTabs: boolean;
  /** Blanks stand before the delimiter. Shells take that; it may also be arithmetic. */
  readonly blank: boolean;
}

/** The markers in a line, from `start` on. */
export function heredocMarkers(text: string, start: number): readonly HeredocMarker[] {
  const markers: HeredocMarker[] = [];
  let depth = 0;
  let wordStart = true;
  for (let at = start; at < text.length; at++) {
    const char = text[at] ?? "";
    const marker = wordStart && depth === 0 ? markerAt(text, at) : undefined;
    if (marker) {
      markers.push(marker);
      at = marker.end - 1;
      wordStart = false;
      continue;
    }
    wordStart = /\s/.test(char);
    if (text.startsWith("((", at)) depth++;
    else if (depth > 0 && text.startsWith("))", at)) depth--;
    if (char === "\\") at++;
    else if (char === "'" || char === '"') at = closingQuote(text, at);
  }
  return markers;
}

const OPENING = /(\d*)<<(-?)([ \t]*)(?=[^<\s])/y;

function markerAt(text: string, start: number): HeredocMarker | undefined {
  OPENING.lastIndex = start;
  const match = OPENING.exec(text);
  if (!match) return undefined;
  const delimiter = delimiterAt(text, start + match[0].length);
  if (delimiter.name === "") return undefined;
  return {
    start,
    end: delimiter.end,
    name: delimiter.name,
    expand: !delimiter.quoted,
    stripTabs: match[2] === "-",
    blank: match[3] !== "",
  };
}

interface Delimiter {
  readonly name: string;
  readonly quoted: boolean;
  readonly end: number;
}

// Ends where a shell's word ends. The backslash escapes here whatever the escape directive says: so does BuildKit.
function delimiterAt(text: string, start: number): Delimiter {
  let name = "";
  let quoted = false;
  let at = start;
  for (; at < text.length; at++) {
    const char = text[at] ?? "";
    if (/[\s;&|<>()]/.test(char)) break;
    if (char === "\\") {
      quoted = true;
      name += text[++at] ?? "";
    } else if (char === "'" || char === '"') {
      const end = closingQuote(text, at);
      quoted = true;
      name += text.slice(at + 1, end);
      at = end;
    } else {
      name += char;
    }
  }
  return { name, quoted, end: Math.min(at, text.length) };
}

// Of the closing quote, or of the text's end when there is none.
function closingQuote(text: string, start: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\" && quote === '"') at++;
    else if (text[at] === quote) return at;
  }
  return text.length;
}

/** A here-document that was read, and the lines it takes with its terminator. */
export interface ReadHeredoc {
  readonly heredoc: Heredoc;
  readonly taken: number;
}

/** Reads a content from the lines from `first` on; undefined when its terminator is not there. */
export function readHeredoc(
  text: string,
  lines: readonly PhysicalLine[],
  first: number,
  marker: HeredocMarker,
): ReadHeredoc | undefined {
  const { name, expand, stripTabs } = marker;
  for (let index = first; index < lines.length; index++) {
    const { start, end } = lines[index] ?? { start: 0, end: 0 };
    const line = text.slice(start, end);
    if ((stripTabs ? line.replace(/^\t+/, "") : line) !== name) continue;
    const range = { start: lines[first]?.start ?? start, end: start };
    const raw = sourcePart(text, range);
    const { text: content, segments } = stripTabs ? withoutMatches(raw, /^\t+/gm) : raw;
    return { heredoc: { name, expand, stripTabs, content, segments, range }, taken: index - first + 1 };
  }
  return undefined;
}
