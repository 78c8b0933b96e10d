// Figures and their presentation: medians, ratios to berth, Markdown tables.

/** One line of a result: who, the figures in the order of the table's columns, or why there are none. */
export interface Row {
  readonly name: string;
  readonly figures: readonly number[];
  readonly absent?: string | undefined;
}

/** A measure's result. */
export interface Result {
  readonly title: string;
  /** Column heads; a unit stands in brackets. */
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** What is to be known when reading it, one sentence a line. */
  readonly notes: readonly string[];
}

/** The middle value (of an even number: the mean of the two middle ones). */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The result as Markdown: every figure with its ratio to the first row's, which is berth's. */
export function markdown(result: Result): string {
  const base = result.rows.find((row) => row.absent === undefined && row.name.startsWith("berth"))?.figures;
  const lines = [
    `### ${result.title}`,
    "",
    `| | ${result.columns.join(" | ")} |`,
    `|---|${result.columns.map(() => "---:|").join("")}`,
    ...result.rows.map((row) => `| ${row.name} | ${cells(row, result.columns.length, base).join(" | ")} |`),
  ];
  if (result.notes.length > 0) lines.push("", ...result.notes.map((note) => `- ${note}`));
  return `${lines.join("\n")}\n`;
}

function cells(row: Row, width: number, base: readonly number[] | undefined): readonly string[] {
  if (row.absent !== undefined) return [row.absent, ...Array.from({ length: width - 1 }, () => "")];
  return row.figures.map((figure, column) => {
    const reference = base?.[column];
    if (row.name.startsWith("berth") || !reference || !Number.isFinite(figure)) return format(figure);
    return `${format(figure)} (${format(figure / reference)}×)`;
  });
}

function format(value: number): string {
  if (Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
