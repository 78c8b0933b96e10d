// Two texts as a unified diff that `patch` takes.

const CONTEXT = 3;
// Cells of the table of common lines; texts that differ more than that are shown as replaced.
const MOST_CELLS = 4_000_000;

interface Line {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

/** The diff; empty when both are equal. */
export function unifiedDiff(name: string, before: string, after: string): string {
  if (before === after) return "";
  const path = name.replace(/^\/+/, "");
  const lines = diffLines(linesOf(before), linesOf(after));
  return `--- a/${path}\n+++ b/${path}\n${hunksOf(lines).map(hunkText).join("")}`;
}

// Line ends belong to lines, so that a missing one at the end is seen.
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function diffLines(before: readonly string[], after: readonly string[]): readonly Line[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const same = (lines: readonly string[]) => lines.map((text): Line => ({ mark: " ", text }));
  return [
    ...same(before.slice(0, start)),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(before.slice(before.length - end)),
  ];
}

function middle(before: readonly string[], after: readonly string[]): readonly Line[] {
  const removed = before.map((text): Line => ({ mark: "-", text }));
  const added = after.map((text): Line => ({ mark: "+", text }));
  if (before.length * after.length > MOST_CELLS) return [...removed, ...added];
  const width = after.length + 1;
  const common = new Uint32Array((before.length + 1) * width);
  const cell = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      common[i * width + j] =
        before[i] === after[j] ? cell(i + 1, j + 1) + 1 : Math.max(cell(i + 1, j), cell(i, j + 1));
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length && j < after.length) {
    if (before[i] === after[j]) {
      lines.push({ mark: " ", text: before[i] ?? "" });
      i++;
      j++;
    } else if (cell(i + 1, j) >= cell(i, j + 1)) lines.push(...removed.slice(i, ++i));
    else lines.push(...added.slice(j, ++j));
  }
  return [...lines, ...removed.slice(i), ...added.slice(j)];
}

interface Hunk {
  readonly before: number;
  readonly after: number;
  readonly lines: readonly Line[];
}

function hunksOf(lines: readonly Line[]): readonly Hunk[] {
  const near = new Set<number>();
  for (const [index, { mark }] of lines.entries())
    if (mark !== " ") for (let at = index - CONTEXT; at <= index + CONTEXT; at++) near.add(at);
  const hunks: Hunk[] = [];
  let before = 1;
  let after = 1;
  let open: { before: number; after: number; lines: Line[] } | undefined;
  for (const [index, line] of lines.entries()) {
    if (!near.has(index)) open = undefined;
    else if (open) open.lines.push(line);
    else {
      open = { before, after, lines: [line] };
      hunks.push(open);
    }
    if (line.mark !== "+") before++;
    if (line.mark !== "-") after++;
  }
  return hunks;
}

function hunkText({ before, after, lines }: Hunk): string {
  const count = (mark: "-" | "+") => lines.filter((line) => line.mark === " " || line.mark === mark).length;
  const span = (from: number, length: number) => `${length === 0 ? from - 1 : from},${length}`;
  const body = lines.map(({ mark, text }) =>
    text.endsWith("\n") ? mark + text : `${mark}${text}\n\\ No newline at end of file\n`,
  );
  return `@@ -${span(before, count("-"))} +${span(after, count("+"))} @@\n${body.join("")}`;
}
