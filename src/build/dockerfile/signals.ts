// Which words STOPSIGNAL takes. Pure.

import { constants } from "node:os";

/** True for a signal's number or name, with or without `SIG`, real-time signals included. */
export function isSignal(text: string): boolean {
  if (/^\d{1,3}$/.test(text)) return Number(text) > 0 && Number(text) <= 64;
  const name = text.toUpperCase().replace(/^SIG/, "");
  const realTime = /^RTM(?:IN(?:\+(\d{1,2}))?|AX(?:-(\d{1,2}))?)$/.exec(name);
  if (realTime) return Number(realTime[1] ?? realTime[2] ?? 0) <= 15;
  return Object.hasOwn(constants.signals, `SIG${name}`);
}
