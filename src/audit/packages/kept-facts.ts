// What was found in one layer so far, within bounds: a layer of a million small files, each of which lists a thousand packages,
// must not fill the memory, and what is left out for that must not go unsaid.

import type { FileFacts, Found, LayerFacts } from "./cataloguer.ts";

/** How much is kept of one layer. */
export interface KeptLimits {
  readonly files: number;
  /** Packages and owned paths of all files together. */
  readonly items: number;
}

const LIMITS: KeptLimits = { files: 200_000, items: 2_000_000 };

/** Gathers facts of files. */
export interface KeptFacts {
  /** Of a path that stands in a layer twice, the last counts. */
  keep(path: string, reader: string, found: Found): void;
  /** What was kept under a path. */
  find(path: string): FileFacts | undefined;
  finish(): LayerFacts;
}

/** An empty gathering. */
export function keptFacts(limits: KeptLimits = LIMITS): KeptFacts {
  const files = new Map<string, FileFacts>();
  let items = 0;
  let left = 0;
  return {
    keep(path, reader, found) {
      files.delete(path);
      if (isEmpty(found)) return;
      items += itemsOf(found);
      if (files.size >= limits.files || items > limits.items) left++;
      else files.set(path, { path, reader, found });
    },
    find: (path) => files.get(path),
    finish() {
      const gaps = [`the layer tells of more packages than any image has; ${left} files are left out`];
      const rest: FileFacts = { path: "", reader: "", found: { gaps } };
      return { files: left > 0 ? [...files.values(), rest] : [...files.values()] };
    },
  };
}

function itemsOf({ packages = [], owned = [] }: Found): number {
  return owned.reduce((sum, { paths }) => sum + paths.length, packages.length);
}

function isEmpty(found: Found): boolean {
  return Object.values(found).every((value) => value === undefined || (Array.isArray(value) && value.length === 0));
}
