// From compose files to one tree: each is parsed, its variables replaced, what it extends and includes taken in, and then laid over
// the ones before it.

import type { SourceText } from "../../base/source.ts";
import { extendServices } from "./extends.ts";
import { takeInIncludes } from "./include.ts";
import { interpolate } from "./interpolate.ts";
import type { Loading } from "./loading.ts";
import { mergeMaps } from "./merge.ts";
import { isRancherFile, rancherServices } from "./rancher.ts";
import type { MapNode } from "./tree.ts";
import { readTrees } from "./yaml-tree.ts";

/** Several files as one tree; undefined when none of them holds anything. */
export function loadFiles(sources: readonly SourceText[], loading: Loading): MapNode | undefined {
  let whole: MapNode | undefined;
  for (const source of sources) {
    for (const document of readTrees(source, loading.budget, loading.notebook)) {
      const tree = loadDocument(document, source, loading);
      whole = whole === undefined ? tree : mergeMaps(whole, tree, "", loading.notebook);
    }
  }
  return whole;
}

function loadDocument(document: MapNode, source: SourceText, loading: Loading): MapNode {
  const filled = interpolate(document, loading);
  const tree = isRancherFile(source.name) ? rancherServices(filled, loading.notebook) : filled;
  const extended = extendServices(tree, source, loading);
  const included = takeInIncludes(extended, source, loading);
  return included === undefined ? extended : mergeMaps(included, extended, "", loading.notebook);
}
