// The command line of all benchmarks: `node bench/WHICH.ts [--rounds N] [--without PATTERN] [NAME]…` prints Markdown tables;
// progress goes to standard error. Knows nothing of what is measured.

import { parseArgs } from "node:util";
import { markdown, type Result } from "./table.ts";

/** What the measures of one benchmark run in. */
export interface Surroundings<Where> {
  readonly where: Where;
  close(): Promise<void> | void;
}

/** A measure: so many rounds in those surroundings. */
export type Measure<Where> = (where: Where, rounds: number) => Result | Promise<Result>;

/** Runs the named measures, or all, in surroundings that are opened once. `without`: peers to leave out. */
export async function runMeasures<Where>(
  measures: Readonly<Record<string, Measure<Where>>>,
  open: (without: string | undefined) => Surroundings<Where> | Promise<Surroundings<Where>>,
): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: "string", default: "3" }, without: { type: "string" } },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${values.rounds} is no number of rounds`);
  const unknown = positionals.find((name) => !Object.hasOwn(measures, name));
  if (unknown) throw new Error(`no measure is called ${unknown}; there are: ${Object.keys(measures).join(", ")}`);
  const { where, close } = await open(values.without);
  try {
    for (const [name, measure] of Object.entries(measures)) {
      if (positionals.length > 0 && !positionals.includes(name)) continue;
      process.stderr.write(`${name}\n`);
      process.stdout.write(`${markdown(await measure(where, rounds))}\n`);
    }
  } finally {
    await close();
  }
}
