// The benchmarks of services: `node bench/services.ts [--rounds N] [NAME]…`.

import { runMeasures } from "./command-line.ts";
import { containerList } from "./measures/containers.ts";
import { idleSweep } from "./measures/idle-sweep.ts";
import { stackList } from "./measures/stack-list.ts";
import { wakeTime } from "./measures/wake.ts";

await runMeasures(
  {
    containers: () => containerList(),
    sweep: (_, rounds) => idleSweep(rounds),
    stacks: (_, rounds) => stackList(rounds),
    wake: (_, rounds) => wakeTime(rounds),
  },
  () => ({ where: undefined, close: () => {} }),
);
