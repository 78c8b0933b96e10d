// The native front stays when MPI's launcher has given it a descriptor (native/handover.c), since a runtime of JavaScript closes all
// that it does not know. This process then only says what is to be started, and the front becomes it.

import { writeFileSync } from "node:fs";
import type { Environment } from "./user.ts";

/** What the front sets: the file in which it wants to be told. */
const MARK = "BERTH_HANDOVER";

let place: string | undefined;

/** Remembers whether a front waits. The variable that says so goes: payloads inherit the rest. */
export function takeHandoverMark(env: NodeJS.ProcessEnv): void {
  place = env[MARK];
  delete env[MARK];
}

/** The variable again, for a program that goes on in the place of this one. */
export function handoverMark(): Readonly<Record<string, string>> {
  return place === undefined ? {} : { [MARK]: place };
}

/** Descriptors that the front holds and the payload is to get: what PMI_FD names. */
export function heldDescriptors(env: Environment): readonly number[] {
  const number = Number(env["PMI_FD"]);
  return place !== undefined && Number.isInteger(number) && number > 2 ? [number] : [];
}

/** Tells a waiting front what to become; false when none waits. */
export function handOver(program: string, words: readonly string[], env: Readonly<Record<string, string>>): boolean {
  if (place === undefined) return false;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  // The file exists and is the front's: "r+" makes none.
  writeFileSync(place, [program, ...words, "", ...variables].map((text) => `${text}\0`).join(""), { flag: "r+" });
  return true;
}
