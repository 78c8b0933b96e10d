// The lean start: native/berth.c starts the packed binary without the compiler of its runtime when the command looks like
// the start of a container, which is over before compiled code pays. What turns out to be more begins again with it.

import { handoverMark } from "./handover.ts";
import type { Environment } from "./user.ts";

/** What native/berth.c sets: the word that it was berth that set it, and the variable of the runtime. */
const SET_BEFORE = {
  BERTH_LEAN: "BUN_JSC_useJIT",
  BERTH_KEEPS_MEMORY: "MIMALLOC_PURGE_DELAY",
  BERTH_COMPILES_LATE: "BUN_JSC_thresholdForJITAfterWarmUp",
} as const;

let lean = false;

/** Remembers whether this process was started lean. What was set before its start goes: payloads inherit the rest. */
export function takeMarks(env: NodeJS.ProcessEnv): void {
  lean = env["BERTH_LEAN"] !== undefined;
  for (const [mark, variable] of Object.entries(SET_BEFORE)) {
    if (env[mark] === undefined) continue;
    delete env[mark];
    delete env[variable];
  }
}

/**
 * To be called before work that lasts, when nothing has been done or read yet: a lean process begins its command anew
 * with the compiler and does not return; any other goes on.
 */
export function needCompiler(env: Environment): void {
  const variables = { ...(env as Record<string, string>), ...handoverMark() };
  if (lean) process.execve?.(process.execPath, [process.argv0, ...process.argv.slice(2)], variables);
}
