// The short way of a job's prolog and epilog, which every job with an image pays for on each of its nodes: no full parser when the
// command line is plain, as the plugin's is.

import type { Context } from "../context.ts";
import { quickParse } from "../quick-parse.ts";
import { JOB_FLAGS } from "./job-flags.ts";
import { runEpilog, runProlog } from "./run-prolog.ts";

/** Performs `prolog` or `epilog` and answers true; false when the full parser has to look at the words. */
export async function runSlurmQuickly([name, ...words]: readonly string[], context: Context): Promise<boolean> {
  if (name !== "prolog" && name !== "epilog") return false;
  const parsed = quickParse(words, JOB_FLAGS, context.env);
  if (parsed?.rest.length !== 0) return false;
  await (name === "prolog" ? runProlog : runEpilog)(parsed.values, context);
  return true;
}
