// What the reading of compose files carries all the way down. Types, and the files that services are extended from.

import { posix } from "node:path";
import type { SourceText } from "../../base/source.ts";
import type { RecipeFiles } from "./files.ts";
import { interpolate } from "./interpolate.ts";
import { mergeMaps } from "./merge.ts";
import type { Notebook } from "./notebook.ts";
import type { Lookup } from "./template.ts";
import type { MapNode, Node } from "./tree.ts";
import type { Budget } from "./yaml-documents.ts";
import { readTrees } from "./yaml-tree.ts";

/** What loading needs all the way down. */
export interface Loading {
  readonly files: RecipeFiles;
  readonly notebook: Notebook;
  readonly lookup: Lookup;
  /** Files that are being included, outermost first. */
  readonly including: readonly string[];
  /** Files that services are extended from, as they were parsed. */
  readonly bases: Map<string, MapNode | undefined>;
  /** How many services were extended, values copied for them, and files included; bounded. */
  readonly spent: { extended: number; copied: number; included: number; readonly weights: WeakMap<Node, number> };
  /** By how much variables have made the texts longer; bounded. */
  readonly growth: { letters: number };
  readonly budget: Budget;
  /** Variables without value of which it was said. */
  readonly told: Set<string>;
  /** Loads the files of an `include`. */
  readonly loadFiles: (sources: readonly SourceText[], loading: Loading) => MapNode | undefined;
}

/** A loading for an included file: other variables, one level deeper. */
export function includedLoading(loading: Loading, path: string, lookup: Lookup): Loading {
  return { ...loading, lookup, including: [...loading.including, path], bases: new Map() };
}

/** The services of a file that others extend, as written there, with its variables replaced. */
export function loadBase(source: SourceText, loading: Loading): MapNode | undefined {
  const known = loading.bases.get(source.name);
  if (known !== undefined || loading.bases.has(source.name)) return known;
  const trees = readTrees(loading.files.under(source, posix.dirname(source.name)), loading.budget, loading.notebook);
  let whole: MapNode | undefined;
  for (const tree of trees) {
    const filled = interpolate(tree, loading);
    whole = whole === undefined ? filled : mergeMaps(whole, filled, "", loading.notebook);
  }
  loading.bases.set(source.name, whole);
  return whole;
}
