// What the build cache holds, for listing and cleaning. What lies in it may belong to other ids than the caller's: only in
// the build's namespace can it be removed.

import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseDigest } from "../../base/digest.ts";
import type { CacheEntry } from "../../oci/store/cache-entries.ts";
import { treeSize } from "../../oci/store/sandboxes.ts";
import { type BuildPlaces, buildPlaces, UNPACKED } from "./places.ts";
import { readRecord } from "./record.ts";

/** A layer without a record is a killed build's; younger than this it may be one that is just being recorded. */
const ORPHAN_MS = 3600 * 1000;
const DAY_MS = 24 * ORPHAN_MS;
const CACHE_MOUNT = "mount-";

/** Finished steps and cache mounts. */
export async function buildEntries(cacheRoot: string): Promise<readonly CacheEntry[]> {
  const places = buildPlaces(cacheRoot);
  const found: CacheEntry[] = [];
  for (const name of await names(places.records)) {
    const key = /^([0-9a-f]{64})\.json$/.exec(name)?.[1];
    const info = key && (await stat(join(places.records, name)).catch(() => undefined));
    if (!key || !info) continue;
    const record = await readRecord(places, parseDigest(`sha256:${key}`), { use: false });
    const size = record?.layer?.descriptor.size ?? 0;
    const created = record?.layer?.made ?? info.mtimeMs;
    found.push({ type: "build", name: key, size, created, lastUsed: info.mtimeMs });
  }
  for (const name of await names(places.mounts)) {
    const info = await stat(join(places.mounts, name)).catch(() => undefined);
    if (!info?.isDirectory()) continue;
    const size = await treeSize(join(places.mounts, name));
    const times = { created: info.birthtimeMs, lastUsed: info.mtimeMs };
    found.push({ type: "build", name: `${CACHE_MOUNT}${name}`, size, ...times });
  }
  return found;
}

/** Removes entries, and layers that no record names any more. To be called in the build's namespace. */
export async function removeBuildEntries(
  cacheRoot: string,
  entries: readonly CacheEntry[],
  now: number,
): Promise<void> {
  const places = buildPlaces(cacheRoot);
  const going = new Set(entries.filter(({ type }) => type === "build").map(({ name }) => name));
  if (going.size === 0) return;
  const doomed = new Set<string>();
  for (const name of going) {
    if (name.startsWith(CACHE_MOUNT)) {
      await rm(join(places.mounts, name.slice(CACHE_MOUNT.length)), { recursive: true, force: true });
      continue;
    }
    doomed.add(await layerOf(places, name));
    await rm(join(places.records, `${name}.json`), { force: true });
  }
  const used = new Set<string>();
  for (const name of await names(places.records)) used.add(await layerOf(places, name.replace(/\.json$/, "")));
  for (const name of await names(places.layers)) {
    if (used.has(name) || !(doomed.has(name) || (await isOld(join(places.layers, name), now)))) continue;
    await rm(join(places.layers, name), { recursive: true, force: true });
  }
  for (const name of await names(places.work)) {
    if (await isOld(join(places.work, name), now - DAY_MS))
      await rm(join(places.work, name), { recursive: true, force: true });
  }
  if (used.size > 0) return;
  // What is known of states, and what is only there to make them: found out and brought again when it is needed.
  for (const dir of [places.files, join(places.root, "sources")]) await rm(dir, { recursive: true, force: true });
  // Mount points stay: another build may have mounted something there.
  for (const name of await names(places.bases)) {
    if (name.endsWith(UNPACKED)) await rm(join(places.bases, name), { recursive: true, force: true });
  }
}

async function layerOf(places: BuildPlaces, key: string): Promise<string> {
  try {
    const { layer } = JSON.parse(await readFile(join(places.records, `${key}.json`), "utf8")) as {
      layer?: { folder?: unknown };
    };
    return String(layer?.folder ?? "");
  } catch {
    return "";
  }
}

async function isOld(path: string, now: number): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  return info !== undefined && now - info.ctimeMs > ORPHAN_MS;
}

async function names(dir: string): Promise<readonly string[]> {
  return readdir(dir).catch(() => []);
}
