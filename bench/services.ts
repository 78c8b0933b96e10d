// The benchmarks of services: `node bench/services.ts [--rounds N] [NAME]…` prints Markdown tables; progress goes to
// standard error.

import { parseArgs } from "node:util";
import { containerList } from "./measures/containers.ts";
import { idleSweep } from "./measures/idle-sweep.ts";
import { stackList } from "./measures/stack-list.ts";
import { wakeTime } from "./measures/wake.ts";
import { markdown, type Result } from "./table.ts";

const MEASURES: Readonly<Record<string, (rounds: number) => Promise<Result>>> = {
  containers: containerList,
  sweep: idleSweep,
  stacks: stackList,
  wake: wakeTime,
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: "string", default: "3" } },
  });
  const unknown = positionals.find((name) => !(name in MEASURES));
  if (unknown) throw new Error(`no measure is called ${unknown}; there are: ${Object.keys(MEASURES).join(", ")}`);
  for (const [name, make] of Object.entries(MEASURES)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    process.stderr.write(`${name}\n`);
    process.stdout.write(`${markdown(await make(Number(values.rounds)))}\n`);
  }
}

await main();
