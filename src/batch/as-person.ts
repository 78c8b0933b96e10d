// A command line that runs as another person, for root: his numbers and groups, and no privilege that could come back.

import type { Person } from "./types.ts";

/** The words that run `argv` as the person; as anybody but root the same words. */
export function asPerson(argv: readonly string[], { uid, gid, gids }: Person): readonly string[] {
  if (process.getuid?.() !== 0) return argv;
  const identity = ["--reuid", String(uid), "--regid", String(gid), "--groups", gids.join(",")];
  return ["setpriv", ...identity, "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "--", ...argv];
}
