// Lines of logs as they are kept and shown: bounded, without what steers terminals. Pure.

import type { LogLine } from "../../api/types.ts";

/** Lines that are kept; older ones go. */
export const MOST_LINES = 20_000;

/** A line as it is shown. */
export interface Line {
  /** Counts up: no two lines have the same. */
  readonly key: number;
  readonly at: number;
  readonly from: string;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** With more lines, the oldest of too many gone. */
export function withLines(lines: readonly Line[], more: readonly LogLine[], most = MOST_LINES): readonly Line[] {
  if (more.length === 0) return lines;
  const first = (lines.at(-1)?.key ?? -1) + 1;
  const next = more.slice(-most).map((line, index) => shownLine(line, first + index));
  return [...lines.slice(Math.max(0, lines.length + next.length - most)), ...next];
}

/**
 * Adds a line to those that wait to be drawn. Nothing is drawn of a page that is hidden, however much comes: of far too many the
 * oldest go, not of each one too many, since that would copy all of them for each.
 */
export function withWaiting(waiting: LogLine[], line: LogLine, most = MOST_LINES): LogLine[] {
  waiting.push(line);
  return waiting.length > 2 * most ? waiting.slice(-most) : waiting;
}

/** The lines with the text in them, whatever its letter case. */
export function filtered(lines: readonly Line[], text: string): readonly Line[] {
  if (text === "") return lines;
  const wanted = text.toLowerCase();
  return lines.filter((line) => line.text.toLowerCase().includes(wanted));
}

/** What comes after a stream was opened again may have been seen: such lines are left out. */
export function unseen(lines: readonly Line[], more: readonly LogLine[]): readonly LogLine[] {
  const last = lines.at(-1)?.at;
  if (last === undefined) return more;
  const seen = new Set(lines.filter(({ at }) => at >= last).map(({ from, text, at }) => `${at} ${from} ${text}`));
  return more.filter(
    (line) => line.at > last || (line.at === last && !seen.has(`${line.at} ${fromOf(line)} ${plain(line.line)}`)),
  );
}

/** Without what colours, moves the cursor or rings. */
export function plain(text: string): string {
  return text.replace(
    /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])|[\u0000-\u0008\u000b-\u001f\u007f]/g,
    "",
  );
}

/** A text file of the lines. */
export function asText(lines: readonly Line[]): string {
  return lines
    .map(({ at, from, stream, text }) => `${new Date(at * 1000).toISOString()} ${from} ${stream} ${text}\n`)
    .join("");
}

function shownLine(line: LogLine, key: number): Line {
  return { key, at: line.at, from: fromOf(line), stream: line.stream, text: plain(line.line) };
}

function fromOf({ service, slot }: LogLine): string {
  return `${service}.${slot}`;
}
