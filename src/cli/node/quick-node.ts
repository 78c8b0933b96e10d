// The short way of set-up and teardown, which every job of the node pays for: no full parser when the command line is plain.

import type { Context } from "../context.ts";
import { quickParse } from "../quick-parse.ts";
import { NODE_FLAGS } from "./node-flags.ts";
import { SETUP_FLAGS, setUpByFlags } from "./setup-flags.ts";
import { takeDownByFlags } from "./take-down.ts";

/** Performs `setup` or `teardown` and answers true; false when the full parser has to look at the words. */
export async function runNodeQuickly([name, ...words]: readonly string[], context: Context): Promise<boolean> {
  if (name === "setup") {
    const parsed = quickParse(words, SETUP_FLAGS, context.env);
    if (parsed?.rest.length !== 0) return false;
    await setUpByFlags(parsed.values, context);
    return true;
  }
  if (name !== "teardown") return false;
  const parsed = quickParse(words, NODE_FLAGS, context.env);
  if (parsed?.rest.length !== 0) return false;
  await takeDownByFlags(parsed.values, context);
  return true;
}
