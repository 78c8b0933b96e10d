// rancher-compose.yml, Rancher 1's second file: scale, health checks and how services are upgraded. It becomes services that are laid
// over those of the compose file. And what Rancher's labels ask for.

import { posix } from "node:path";
import type { Notebook } from "./notebook.ts";
import { type MapNode, mapNode, valueAt } from "./tree.ts";

/** True for the file that Rancher 1 keeps beside a compose file. */
export function isRancherFile(name: string): boolean {
  return /^rancher-compose.*\.ya?ml$/.test(posix.basename(name));
}

/** Keys beside the services that say something about a catalogue. */
const NOT_SERVICES = [".catalog", "catalog", "version"];

/** The file as a compose file; in its first version its services stand at the top. */
export function rancherServices(tree: MapNode, notebook: Notebook): MapNode {
  for (const key of NOT_SERVICES) {
    const entry = tree.entries.get(key);
    if (entry !== undefined && key !== "version") {
      notebook.warn({ pointer: `/${key}`, at: entry.at }, `${key} is not used: it describes an entry of a catalogue`);
    }
  }
  const kept = [...tree.entries].filter(([key]) => !NOT_SERVICES.includes(key));
  if (valueAt(tree, "services") !== undefined) return { ...tree, entries: new Map(kept) };
  const services = { at: tree.at, value: mapNode(kept, tree.at) };
  return kept.length === 0 ? mapNode([], tree.at) : mapNode([["services", services]], tree.at);
}
