// Where the programs are that berth starts: its own (berth-launch, berth-mount) and those of the system.

import { dirname, join } from "node:path";
import { defineErrors } from "../base/errors.ts";
import { canRun } from "../platform/access.ts";
import type { Environment } from "../platform/user.ts";

const fail = defineErrors({
  E_PROGRAM: {
    text: "{name}, a part of berth, was not found in {places}",
    hint: "build it (./berth does), install berth again, or set BERTH_LIBEXEC to the folder that holds it",
  },
});

/** A program of berth's own. @throws E_PROGRAM */
export function ownProgram(
  name: "berth-launch" | "berth-join" | "berth-mount" | "berth-pack" | "berth-node",
  env: Environment,
): string {
  const beside = dirname(process.execPath);
  // Run from source (node src/main.ts), berth finds what was built in its checkout.
  const script = process.argv[1] ?? "";
  const checkout = script.endsWith("/src/main.ts") ? join(dirname(script), "..", "build") : undefined;
  const dirs = [env["BERTH_LIBEXEC"], beside, join(beside, "..", "libexec", "berth"), checkout];
  const places = dirs.filter((dir): dir is string => dir !== undefined && dir !== "");
  for (const dir of places) if (canRun(join(dir, name))) return join(dir, name);
  throw fail("E_PROGRAM", { name, places: places.join(", ") });
}

/** A program of the system by name, in the usual places or on the PATH; undefined when it is not installed. */
export function systemProgram(name: string, env: Environment): string | undefined {
  const dirs = ["/usr/bin", "/usr/local/bin", "/bin", "/usr/sbin", "/sbin", ...(env["PATH"] ?? "").split(":")];
  return dirs
    .filter((dir) => dir.startsWith("/"))
    .map((dir) => join(dir, name))
    .find(canRun);
}
