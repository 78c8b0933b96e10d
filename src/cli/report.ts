// How a failure looks on the command line: what happened, why, what to do next. A stack is shown only for faults of
// berth itself, or with --debug.

import { BerthError, reasonOf } from "../base/errors.ts";
import { COLORS, type Verbosity } from "./terminal-log.ts";

/** Writes the sentence of an error, its causes and its hint. */
export function reportError(error: unknown, verbosity: Verbosity, write: (text: string) => void): void {
  const mark = verbosity.color ? `${COLORS.error}FATAL:   \x1b[0m` : "FATAL:   ";
  if (!(error instanceof BerthError)) {
    write(`${mark}a fault in berth itself: ${reasonOf(error)}\n`);
    write(`         please report it with the output of the same command under "berth --debug"\n`);
    if (verbosity.level === "debug" && error instanceof Error) write(`${error.stack}\n`);
    return;
  }
  write(`${mark}${error.message}\n`);
  for (const reason of causes(error)) write(`         because ${reason}\n`);
  if (error.hint) write(`         ${error.hint.replaceAll("\n", "\n         ")}\n`);
  if (verbosity.level === "debug") write(`DEBUG:   ${error.code} ${error.stack ?? ""}\n`);
}

// A cause that its own effect already quotes is not said twice.
function causes(error: Error): string[] {
  const found: string[] = [];
  let said = error.message;
  for (let cause = error.cause; cause instanceof Error && found.length < 5; cause = cause.cause) {
    if (cause.message && !said.includes(cause.message)) found.push(cause.message);
    said += cause.message;
  }
  return found;
}
