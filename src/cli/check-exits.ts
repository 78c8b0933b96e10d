// The exit statuses of the commands that check (lint, audit, scan): 0 and 1 tell of findings, so that failures need numbers of their
// own: 2 for the call and its configuration, 3 for berth and its engines.

import { BerthError, reasonOf } from "../base/errors.ts";
import { interruptedBy } from "./context.ts";
import { endFailedOutputWith } from "./output.ts";

const USAGE = 2;
const INTERNAL = 3;

/** Runs a check and sets the exit status to what it answers. Failures that say no status of checks end in 2 or 3. */
export async function withCheckExits(check: () => Promise<number>): Promise<void> {
  endFailedOutputWith(INTERNAL);
  try {
    process.exitCode = await check();
  } catch (error) {
    throw interruptedBy() ? error : failureOf(error);
  }
}

/** The status of a check that several of its things made fail: a fault of berth outweighs mistakes of the call. */
export function statusOf(failures: readonly unknown[]): number {
  return Math.max(...failures.map((failure) => failureOf(failure).exit));
}

/** The failure with a status of checks: of the call when berth knew it beforehand, else of berth. */
export function failureOf(error: unknown): BerthError {
  if (error instanceof BerthError) {
    if (error.exit === USAGE || error.exit === INTERNAL) return error;
    const kind = { text: error.message, exit: USAGE, http: error.http };
    return new BerthError(error.code, error.hint === undefined ? kind : { ...kind, hint: error.hint }, {}, error.cause);
  }
  const hint = 'please report it with the output of the same command under "berth --debug"';
  return new BerthError(
    "E_INTERNAL",
    { text: `a fault in berth itself: ${reasonOf(error)}`, hint, exit: INTERNAL },
    {},
    error,
  );
}
