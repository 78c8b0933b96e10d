// What the meaning of a configuration shows to be wrong or odd, collected so that one run names everything; and units that
// the schema has already checked.

import { parseSize } from "../base/size.ts";
import type { Path } from "./config-document.ts";
import { pathName } from "./config-document.ts";
import type { Misfit } from "./misfit.ts";
import { parseDuration } from "./units.ts";

/** Where findings are collected. */
export interface Findings {
  readonly problems: readonly Misfit[];
  readonly warnings: readonly Misfit[];
  /** Keeps the server from starting; the path's name is put before the message. */
  wrong(path: Path, message: string, hint: string): void;
  odd(path: Path, message: string, hint?: string): void;
}

/** An empty collection. */
export function findings(): Findings {
  const problems: Misfit[] = [];
  const warnings: Misfit[] = [];
  const note = (list: Misfit[]) => (path: Path, message: string, hint?: string) => {
    list.push({ kind: "wrong", path, message: `${pathName(path)} ${message}`, hint: hint || undefined });
  };
  return { problems, warnings, wrong: note(problems), odd: note(warnings) };
}

/** Milliseconds of a time that fits the schema. */
export function msOf(value: string | number | undefined, otherwise: number): number {
  return (value === undefined ? undefined : parseDuration(value)) ?? otherwise;
}

/** Bytes of a size that fits the schema. */
export function bytesOf(value: string | number | undefined): number | undefined {
  return typeof value === "string" ? parseSize(value) : value;
}
