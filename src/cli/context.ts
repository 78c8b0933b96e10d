// What every command is given: who runs it, with which environment, and where words and progress go. Making it opens and
// starts nothing, for `berth exec` pays for every line of it.

import { type Log, type Progress, unwatched } from "../base/log.ts";
import { currentUser, type Environment, type User } from "../platform/user.ts";
import { colorsShown, terminalLog, type Verbosity, writeError } from "./terminal-log.ts";

export interface Context {
  readonly env: Environment;
  readonly user: User;
  readonly log: Log;
  readonly verbosity: Verbosity;
  /** Makes the progress display; called only by commands that move bytes. */
  progress(): Promise<Progress>;
  /** Aborts when the person presses ctrl-C or the process is told to end; the reason is an `Interruption`. */
  readonly signal: AbortSignal;
}

/** The context of this process. */
export function processContext(verbosity: Verbosity): Context {
  const { env } = process;
  let display: Promise<Progress> | undefined;
  const log = terminalLog(verbosity.level, () => colorsShown(verbosity, env), writeError);
  return {
    env,
    user: currentUser(),
    log,
    verbosity,
    progress() {
      // One display only: two would draw over each other.
      display ??= makeDisplay(verbosity, log);
      return display;
    },
    get signal() {
      return interruption();
    },
  };
}

async function makeDisplay(verbosity: Verbosity, log: Log): Promise<Progress> {
  if (verbosity.level === "silent" || verbosity.level === "quiet") return unwatched;
  const { terminalProgress } = await import("./progress.ts");
  return terminalProgress(process.stderr, log);
}

/** The signal by which the work was interrupted; whatever it then failed with is only a consequence. */
export function interruptedBy(): Interruption["signalName"] | undefined {
  const reason: unknown = interrupted?.signal.reason;
  return reason instanceof Interruption ? reason.signalName : undefined;
}

let interrupted: AbortController | undefined;

// Made on first use, so that commands which become another program never install handlers.
function interruption(): AbortSignal {
  if (interrupted) return interrupted.signal;
  const controller = new AbortController();
  interrupted = controller;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(name, () => controller.abort(new Interruption(name)));
  }
  return controller.signal;
}

/** Why work was given up: the signal decides the exit status (128+n). */
export class Interruption extends Error {
  readonly signalName: "SIGINT" | "SIGTERM" | "SIGHUP";
  constructor(signalName: "SIGINT" | "SIGTERM" | "SIGHUP") {
    super(`interrupted by ${signalName}`);
    this.name = "Interruption";
    this.signalName = signalName;
  }
}
