// The limit of open files as the caller has it: a JavaScript runtime raises its own at start, and the payload must not
// inherit that (programs that close every possible descriptor then take seconds).

import { readFileSync } from "node:fs";
import type { ResourceLimit } from "./launch-plan.ts";

/** The limits to be set back, from the calling process. */
export function callerLimits(parent: number = process.ppid): ResourceLimit[] {
  try {
    const theirs = openFiles(readFileSync(`/proc/${parent}/limits`, "utf8"));
    const ours = openFiles(readFileSync("/proc/self/limits", "utf8"));
    return theirs && ours ? [{ name: "nofile", soft: lower(theirs.soft, ours.hard), hard: ours.hard }] : [];
  } catch {
    // The parent belongs to somebody else or is gone: the raised limit stays.
    return [];
  }
}

/** The open-files line of /proc/PID/limits; undefined stands for "unlimited". */
export function openFiles(text: string): { soft: number | undefined; hard: number | undefined } | undefined {
  const match = /^Max open files\s+(\d+|unlimited)\s+(\d+|unlimited)/m.exec(text);
  return match === null ? undefined : { soft: toNumber(match[1]), hard: toNumber(match[2]) };
}

function toNumber(word: string | undefined): number | undefined {
  return word === undefined || word === "unlimited" ? undefined : Number(word);
}

function lower(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
