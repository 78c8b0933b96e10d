// From what each layer tells to what the image holds: the merged tree, texts of files that are seen, and secrets wherever they are.

import type { LayerRecord } from "./layer-record.ts";
import { MergedTree } from "./merged-tree.ts";
import { resolveLinks } from "./resolve-links.ts";
import type { FileEntry, FileFacts, HiddenEntry, SecretTrace } from "./types.ts";
import { wantedText } from "./wanted-texts.ts";

/** Links to texts that are followed: each may take forty long ways, and there may be millions. */
const MAX_LINKED = 2000;

/** What layers make together. */
export interface MergedLayers {
  readonly files: FileFacts;
  /** True when a path of a layer (by its index) is seen in the image. */
  isSeen(path: string, layer: number): boolean;
}

/** All layers together, the lowest first. */
export function mergeLayers(layers: readonly LayerRecord[]): MergedLayers {
  const tree = new MergedTree();
  for (const [index, layer] of layers.entries()) tree.add(layer, index);
  const find = (path: string) => tree.find(path);
  const entries = tree.entries();
  const texts = visibleTexts(layers, entries, find);
  const hidden = withoutSharedBytes(tree.hidden, layers, find);
  return {
    files: { entries, hidden, texts, secrets: traces(layers, hidden) },
    isSeen: (path, layer) => find(path)?.layer === layer,
  };
}

// What a hidden file held is still of use when another name of it is seen.
function withoutSharedBytes(
  hidden: readonly HiddenEntry[],
  layers: readonly LayerRecord[],
  find: (path: string) => FileEntry | undefined,
): readonly HiddenEntry[] {
  const shared = new Set<string>();
  for (const [layer, { entries }] of layers.entries())
    for (const { path, type, target } of entries)
      if (type === "hardlink" && find(path)?.layer === layer) shared.add(`${layer} ${target}`);
  if (shared.size === 0) return hidden;
  return hidden.map((entry) => (shared.has(`${entry.layer} ${entry.path}`) ? { ...entry, size: 0 } : entry));
}

// A text belongs to the image when its file does; one that a link leads to is known by both names.
function visibleTexts(
  layers: readonly LayerRecord[],
  entries: readonly FileEntry[],
  find: (path: string) => FileEntry | undefined,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [index, layer] of layers.entries())
    for (const [path, text] of layer.texts) if (find(path)?.layer === index) texts.set(path, text);
  let left = MAX_LINKED;
  for (const { path, type } of entries) {
    if ((type !== "symlink" && type !== "hardlink") || wantedText(path) === undefined) continue;
    if (left-- === 0) break;
    const text = texts.get(resolveLinks(path, find) ?? path);
    if (text !== undefined) texts.set(path, text);
  }
  return texts;
}

function traces(layers: readonly LayerRecord[], hidden: readonly HiddenEntry[]): readonly SecretTrace[] {
  const found = layers.flatMap(({ secrets }, layer) => secrets.map((secret) => ({ ...secret, layer })));
  if (found.length === 0) return [];
  const hiders = new Map(hidden.map(({ path, layer, by }) => [`${layer} ${path}`, by]));
  return found.map((secret) => ({ ...secret, removedBy: hiders.get(`${secret.layer} ${secret.path}`) }));
}
