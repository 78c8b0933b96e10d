// The lean start: native/berth.c starts the packed binary without the compiler of its runtime when the command looks like
// the start of a container, which is over before compiled code pays. What turns out to be more begins again with it.

import { handoverMark } from "./handover.ts";
import type { Environment } from "./user.ts";

/** What native/berth.c sets: the runtime's own switch, and the word that it was berth that set it. */
const SWITCH = "BUN_JSC_useJIT";
const MARK = "BERTH_LEAN";

let lean = false;

/** Remembers whether this process was started lean. The variables that say so go: payloads inherit the rest. */
export function takeLeanMark(env: NodeJS.ProcessEnv): void {
  lean = env[MARK] !== undefined;
  if (!lean) return;
  delete env[MARK];
  delete env[SWITCH];
}

/**
 * To be called before work that lasts, when nothing has been done or read yet: a lean process begins its command anew
 * with the compiler and does not return; any other goes on.
 */
export function needCompiler(env: Environment): void {
  const variables = { ...(env as Record<string, string>), ...handoverMark() };
  if (lean) process.execve?.(process.execPath, [process.argv0, ...process.argv.slice(2)], variables);
}
