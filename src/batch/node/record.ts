// What is written down of a set-up in its directory.

import { readIfAny } from "../../platform/access.ts";
import type { SetupRecord } from "./types.ts";

/** The file that tells one set-up from another. */
export const SETUP_FILE = "setup.json";

/** The record of the set-up in a directory; undefined when there is none, or none that was finished. */
export function readRecord(dir: string): SetupRecord | undefined {
  try {
    return JSON.parse(readIfAny(`${dir}/${SETUP_FILE}`)) as SetupRecord;
  } catch {
    return undefined;
  }
}

/** The names of what differs between two records. */
export function differences(one: SetupRecord, other: SetupRecord): readonly string[] {
  const [first, second] = [one, other].map((record) => new Map(Object.entries(record)));
  const names = new Set([...(first?.keys() ?? []), ...(second?.keys() ?? [])]);
  return [...names].filter((name) => JSON.stringify(first?.get(name)) !== JSON.stringify(second?.get(name)));
}
