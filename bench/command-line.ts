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

interface Asked {
  readonly rounds: number;
  readonly without: string | undefined;
  readonly names: readonly string[];
}

/** Runs the named measures, or all, in surroundings that are opened once. `without`: peers to leave out. */
export async function runMeasures<Where>(
  measures: Readonly<Record<string, Measure<Where>>>,
  open: (without: string | undefined) => Surroundings<Where> | Promise<Surroundings<Where>>,
): Promise<void> {
  const { rounds, without, names } = whatIsAsked(Object.keys(measures));
  const { where, close } = await open(without);
  try {
    for (const [name, measure] of Object.entries(measures)) {
      if (!names.includes(name)) continue;
      process.stderr.write(`${name}\n`);
      process.stdout.write(`${markdown(await measure(where, rounds))}\n`);
    }
  } finally {
    await close();
  }
}

// Ends the process with the usage when that is asked for, and with a line when something is asked that cannot be.
function whatIsAsked(known: readonly string[]): Asked {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: "string", default: "3" },
        without: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help) {
      process.stdout.write(`usage: [--rounds N] [--without PATTERN] [NAME]...\nnames: ${known.join(", ")}\n`);
      process.exit(0);
    }
    const rounds = Number(values.rounds);
    if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${values.rounds} is no number of rounds`);
    const unknown = positionals.find((name) => !known.includes(name));
    if (unknown) throw new Error(`no measure is called ${unknown}; there are: ${known.join(", ")}`);
    return { rounds, without: values.without, names: positionals.length > 0 ? positionals : known };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(2);
  }
}
