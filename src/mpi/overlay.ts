// A module's folder of host libraries as a container sees it, before it is made or as it is.

import type { Collection } from "./collect.ts";
import { DEPENDENCIES, LIBRARIES } from "./collect.ts";
import type { LaidOver, World } from "./load.ts";
import type { PreparedList } from "./prepared.ts";
import type { System } from "./system.ts";

/** What a module lays over an image. */
export interface Overlay {
  readonly over: ReadonlyMap<string, LaidOver>;
  /** For LD_LIBRARY_PATH. */
  readonly libraryPath: readonly string[];
}

/** The folder that `prepareFolder` would make of a collection, at `at` of the container. */
export function plannedOverlay(host: System, collection: Collection, at: string): Overlay {
  const over = new Map<string, LaidOver>();
  for (const { path, from } of collection.files) {
    const rpath = path.startsWith(`${LIBRARIES}/`) ? `$ORIGIN/../${DEPENDENCIES}` : undefined;
    over.set(`${at}/${path}`, { system: host, file: from, rewritten: true, rpath });
  }
  addLinks(over, collection.links, at);
  return { over, libraryPath: [`${at}/${LIBRARIES}`] };
}

/** A folder that was prepared. */
export async function preparedOverlay(host: System, folder: string, list: PreparedList, at: string): Promise<Overlay> {
  const over = new Map<string, LaidOver>();
  for (const { path } of list.files) {
    const file = await host.find(`${folder}/${path}`);
    if (file) over.set(`${at}/${path}`, { system: host, file });
  }
  addLinks(over, list.links, at);
  return { over, libraryPath: list.search.map((part) => `${at}/${part}`) };
}

function addLinks(over: Map<string, LaidOver>, links: Collection["links"], at: string): void {
  for (const { path, target } of links) {
    const file = over.get(`${at}/${path.slice(0, path.lastIndexOf("/"))}/${target}`);
    if (file) over.set(`${at}/${path}`, file);
  }
}

/** An image with a module's folder laid over it. */
export function withOverlay(image: World, { over, libraryPath }: Overlay): World {
  return { system: image.system, over, libraryPath: [...libraryPath, ...image.libraryPath] };
}
