// Where berth-launch is.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Environment } from "../user.ts";

/** Beside the binary, in the installation's libexec, or in the source tree's build folder. */
export function findLauncher(env: Environment): string | undefined {
  const beside = dirname(process.execPath);
  const places = [env["BERTH_LAUNCH"], join(beside, "berth-launch"), join(beside, "../libexec/berth/berth-launch")];
  return places.find((path): path is string => path !== undefined && existsSync(path));
}
