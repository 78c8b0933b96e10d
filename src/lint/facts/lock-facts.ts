// What a lock file beside a recipe says: digests of images, versions of packages. `berth.lock` is JSON:
// `{ "images": { "debian:13.1": "sha256:…" }, "packages": { "pip:numpy": "2.1.0" } }`.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PracticeFacts } from "../../policy/practice-facts.ts";

/** Name of lock files. */
export const LOCK_FILE = "berth.lock";

export type LockFacts = Pick<PracticeFacts, "digests" | "locked">;

/** The facts of the lock file in a folder; nothing where there is none or where it cannot be read. */
export function lockFacts(folder: string): LockFacts {
  const path = join(folder, LOCK_FILE);
  if (!existsSync(path)) return {};
  try {
    const { images, packages } = recordOf(JSON.parse(readFileSync(path, "utf8")));
    const digests = textsOf(images).filter(([, digest]) => /^sha256:[0-9a-f]{64}$/.test(digest));
    return { digests: new Map(digests), locked: new Map(textsOf(packages)) };
  } catch {
    return {};
  }
}

function textsOf(value: unknown): readonly (readonly [string, string])[] {
  return Object.entries(recordOf(value)).flatMap(([name, text]) => (typeof text === "string" ? [[name, text]] : []));
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
