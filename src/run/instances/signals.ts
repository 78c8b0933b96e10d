// Signals by name or number, as people, images and service managers write them.

import { constants } from "node:os";
import { defineErrors } from "../../base/errors.ts";

const fail = defineErrors({
  E_SIGNAL: {
    text: '"{signal}" is no signal',
    hint: "write a name such as TERM, SIGINT or RTMIN+3, or a number from 1 to 64",
    exit: 1,
  },
});

// C libraries keep the first two real-time signals of the kernel's for themselves.
const RTMIN = 34;
const LAST = 64;

/** What asks a program to end when its image names no signal. */
const DEFAULT_STOP = "SIGTERM";

/** The number of a signal. @throws E_SIGNAL */
export function signalNumber(signal: string): number {
  const name = signal.toUpperCase().replace(/^SIG/, "");
  const realTime = /^RTMIN(?:\+(\d{1,2}))?$/.exec(name);
  const number = /^\d{1,2}$/.test(name)
    ? Number(name)
    : realTime
      ? RTMIN + Number(realTime[1] ?? 0)
      : Object.entries(constants.signals).find(([known]) => known === `SIG${name}`)?.[1];
  if (number === undefined || number < 1 || number > LAST) throw fail("E_SIGNAL", { signal });
  return number;
}

/** The signal an image wants to be stopped by, or the usual one when it names none that exists. */
export function imageStopSignal(wanted: string | undefined): string {
  if (!wanted) return DEFAULT_STOP;
  try {
    signalNumber(wanted);
    return wanted;
  } catch {
    return DEFAULT_STOP;
  }
}
