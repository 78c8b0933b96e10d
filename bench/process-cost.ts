// What a program costs from its start to its end, with its children.

import { spawnSync } from "node:child_process";
import { median } from "./table.ts";

/** Milliseconds. */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

/** Medians of so many runs of a program, each from its start to its end. */
export function cost(argv: readonly string[], runs: number, cwd: string): Cost {
  const costs = Array.from({ length: runs }, () => once(argv, cwd));
  return { wall: median(costs.map(({ wall }) => wall)), cpu: median(costs.map(({ cpu }) => cpu)) };
}

// What a process and its children took, as its parent is told.
function once([program = "", ...words]: readonly string[], cwd: string): Cost {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>&1';
  const { stderr } = spawnSync("bash", ["-c", script, "bash", program, ...words], { cwd, encoding: "utf8" });
  const [wall = 0, user = 0, system = 0] = stderr.trim().split(" ").map(Number);
  return { wall: wall * 1000, cpu: (user + system) * 1000 };
}
