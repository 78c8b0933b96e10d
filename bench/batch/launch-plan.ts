// The launch plan that the native `shifter` makes of a call, caught on its way to the launcher: so that the launcher can be
// measured with it alone.

import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runAs } from "../../tests/support/ordinary-user.ts";
import type { Command } from "../contestant.ts";
import { freshFolder, type Place } from "../place.ts";

/** Path of a file with the plan. @throws when the call does not fit what was set up */
export function caughtPlan(place: Place, { argv: [program = "", ...words], env }: Command): string {
  const folder = freshFolder(place, "caught");
  const plan = join(folder, "plan");
  copyFileSync(program, join(folder, "shifter"));
  // It looks for the launcher beside itself, and hands the plan over as an open file.
  writeFileSync(join(folder, "berth-launch"), `#!/bin/sh\nexec /bin/cat <"/proc/self/fd/$2" >'${plan}'\n`);
  for (const name of ["shifter", "berth-launch"]) chmodSync(join(folder, name), 0o755);
  const { status, stderr } = runAs(place.user, [join(folder, "shifter"), ...words], { env: env ?? {}, cwd: folder });
  if (status !== 0) throw new Error(`the container was not set up for this call: ${stderr}`);
  return plan;
}
