// The examples of a documentation page: fenced `console` blocks, in which a line with `$ ` is typed and the lines below it
// are what is shown. `…` stands for anything: a line of its own for any number of lines, inside a line for any text.

/** One command of an example and what it shows. */
export interface Example {
  readonly command: string;
  /** Lines, with `…` as above; none: whatever it shows is not of interest, but it must succeed. */
  readonly shows: readonly string[];
  /** Line of the page. */
  readonly line: number;
}

/** All examples of a page, in order. */
export function examplesOf(page: string): Example[] {
  const examples: { command: string; shows: string[]; line: number }[] = [];
  let inside = false;
  for (const [index, line] of page.split("\n").entries()) {
    if (line.startsWith("```")) inside = !inside && line === "```console";
    else if (inside && line.startsWith("$ ")) examples.push({ command: line.slice(2), shows: [], line: index + 1 });
    else if (inside) examples.at(-1)?.shows.push(line);
  }
  return examples;
}

/** A pattern for what an example shows. */
export function patternOf(shows: readonly string[]): RegExp {
  const lines = shows.map((line) => (line === "…" ? "(?:.*\\n)*" : `${line.split("…").map(escaped).join(".*")}\\n`));
  return new RegExp(`^${lines.join("")}$`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
