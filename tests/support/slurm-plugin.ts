// The Slurm plugin as the tests load it: built where berth is built, when Slurm's headers are there.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** The packed program that the tests call. */
export const BERTH = resolve(process.env["BERTH_BINARY"] ?? join(import.meta.dirname, "../../build/berth"));

/** False where the plugin cannot be built. */
export const hasSpank = existsSync("/usr/include/slurm/spank.h") && existsSync(BERTH);

/** Builds it, if need be; answers its path. */
export function spankPlugin(): string {
  const out = dirname(BERTH);
  const native = join(import.meta.dirname, "../../native");
  execFileSync("make", ["-s", "-C", native, `OUT=${relative(native, out)}`, "spank"]);
  return join(out, "spank_berth.so");
}
