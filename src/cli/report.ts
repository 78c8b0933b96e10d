// How a failure looks on the command line: what happened, why, what to do next. A stack is shown only with --debug.

import { BerthError, reasonOf } from "../base/errors.ts";
import { prefix, printable } from "./terminal-log.ts";

export interface ReportStyle {
  readonly color: boolean;
  readonly debug: boolean;
}

/** The lines that tell a person of a failure: its sentence, its causes, its hint. */
export function errorReport(error: unknown, style: ReportStyle): string {
  const lines = error instanceof BerthError ? sentences(error) : unforeseen(error);
  const stack = style.debug && error instanceof Error ? `${error.stack ?? error.message}\n` : "";
  return `${prefix("fatal", style.color)}${printable(lines.join("\n")).replaceAll("\n", "\n         ")}\n${stack}`;
}

function sentences(error: BerthError): string[] {
  return [error.message, ...causes(error).map((cause) => `because ${cause}`), ...(error.hint ? [error.hint] : [])];
}

function unforeseen(error: unknown): string[] {
  // The system's own refusals name the path; most often it is the machine that wants mending and not berth.
  if (error instanceof Error && "syscall" in error)
    return [`the system refused: ${error.message}`, "check permissions, free space and your umask (see berth doctor)"];
  return [
    `a fault in berth itself: ${reasonOf(error)}`,
    'please report it with the output of the same command under "berth --debug"',
  ];
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
