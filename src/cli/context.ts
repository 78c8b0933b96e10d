// What every command is given: who runs it, with which environment, and where words and progress go.

import { type Log, type Progress, unwatched } from "../base/log.ts";
import { currentUser, type Environment, type User } from "../platform/user.ts";
import { terminalLog, type Verbosity } from "./terminal-log.ts";

export interface Context {
  readonly env: Environment;
  readonly user: User;
  readonly log: Log;
  readonly verbosity: Verbosity;
  /** Makes the progress display; called only by commands that move bytes. */
  progress(): Promise<Progress>;
  /** Ends when the person presses ctrl-C or the process is told to end. */
  readonly signal: AbortSignal;
}

/** The context of this process. Nothing is opened or started here: `berth exec` pays for every line. */
export function processContext(verbosity: Verbosity): Context {
  const log = terminalLog(verbosity, (line) => process.stderr.write(line));
  return {
    env: process.env,
    user: currentUser(),
    log,
    verbosity,
    async progress() {
      if (verbosity.level === "silent" || verbosity.level === "quiet") return unwatched;
      const { terminalProgress } = await import("./progress.ts");
      return terminalProgress(process.stderr, log);
    },
    get signal() {
      return interruption();
    },
  };
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
    this.signalName = signalName;
  }
}
