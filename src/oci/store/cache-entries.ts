// What lies in the cache, and what of it may go: by age, by use, by size. The plan is pure; carrying it out is one loop.

import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { PARTIAL_PREFIX } from "../../base/publish.ts";
import type { Cache } from "./cache.ts";
import { lockDir, partialDir } from "./layout.ts";
import { removeTree, treeSize } from "./sandboxes.ts";

/**
 * Kinds of things in the cache: OCI blobs, converted images, images unpacked to folders, names that led to manifests;
 * finished steps of builds, and what audits found in layers, which other rooms list and remove.
 */
export const CACHE_TYPES = ["blob", "image", "sandbox", "ref", "build", "audit"] as const;
export type CacheType = (typeof CACHE_TYPES)[number];

export interface CacheEntry {
  readonly type: CacheType;
  /** Digest, file name or reference. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly lastUsed: number;
}

const DAY_MS = 24 * 3600 * 1000;

/** Everything in the cache but steps of builds and records of audits, the kinds in the order of `CACHE_TYPES`. */
export async function cacheEntries(cache: Cache): Promise<readonly CacheEntry[]> {
  const blobs = await cache.blobs.list();
  const references = await cache.references.list();
  return [
    ...blobs.map(({ digest, size, created, lastUsed }) => ({
      type: "blob" as const,
      name: digest,
      size,
      created,
      lastUsed,
    })),
    ...(await imageEntries(cache.imageDir)),
    ...(await sandboxEntries(sandboxDir(cache))),
    ...references.map(({ name, checked }) => ({
      type: "ref" as const,
      name,
      size: 0,
      created: checked,
      lastUsed: checked,
    })),
  ];
}

async function imageEntries(dir: string): Promise<readonly CacheEntry[]> {
  const found: CacheEntry[] = [];
  for (const name of await readdir(dir).catch(() => [])) {
    const info = /^[^.].*\.(?:sif|sqfs)$/.test(name) ? await stat(join(dir, name)).catch(() => undefined) : undefined;
    if (!info?.isFile()) continue;
    const lastUsed = Math.max(info.atimeMs, info.mtimeMs);
    found.push({ type: "image", name, size: info.size, created: info.mtimeMs, lastUsed });
  }
  return found;
}

async function sandboxEntries(dir: string): Promise<readonly CacheEntry[]> {
  const found: CacheEntry[] = [];
  for (const name of await readdir(dir).catch(() => [])) {
    const info = name.startsWith(".") ? undefined : await stat(join(dir, name)).catch(() => undefined);
    if (!info?.isDirectory()) continue;
    const times = { created: info.ctimeMs, lastUsed: Math.max(info.atimeMs, info.ctimeMs) };
    found.push({ type: "sandbox", name, size: await treeSize(join(dir, name)), ...times });
  }
  return found;
}

function sandboxDir(cache: Cache): string {
  return join(cache.root, "sandbox");
}

export interface CleanWish {
  readonly types: readonly CacheType[];
  /** Only what was not used for so many days; everything when left out or 0. */
  readonly days?: number | undefined;
  /** Bytes that may stay: the least recently used goes first, until no more than that is left. */
  readonly keep?: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What a wish removes, least recently used first. */
export function planClean(entries: readonly CacheEntry[], wish: CleanWish): readonly CacheEntry[] {
  const limit = wish.days ? wish.now - wish.days * DAY_MS : Number.POSITIVE_INFINITY;
  const chosen = entries
    .filter((entry) => wish.types.includes(entry.type))
    .toSorted((a, b) => a.lastUsed - b.lastUsed || (a.name < b.name ? -1 : 1));
  let left = chosen.reduce((sum, entry) => sum + entry.size, 0);
  return chosen.filter((entry) => {
    if (entry.lastUsed >= limit) return false;
    if (wish.keep === undefined) return true;
    // Names weigh nothing; with a size to keep they stay as long as what they lead to.
    if (entry.size === 0 || left <= wish.keep) return false;
    left -= entry.size;
    return true;
  });
}

/** Removes entries other than those of other rooms, and names whose manifest has gone with them. */
export async function removeEntries(cache: Cache, entries: readonly CacheEntry[]): Promise<void> {
  const named = (type: CacheType) => new Set(entries.filter((entry) => entry.type === type).map(({ name }) => name));
  for (const name of named("image")) await removeImage(cache.imageDir, name);
  for (const name of named("sandbox")) await removeTree(join(sandboxDir(cache), name));
  const blobs = named("blob");
  for (const { digest } of await cache.blobs.list()) if (blobs.has(digest)) await cache.blobs.remove(digest);
  const references = named("ref");
  for (const { name, target } of await cache.references.list())
    if (!(await cache.blobs.has(target))) references.add(name);
  await cache.references.remove([...references]);
}

// What is known of images that lie outside the cache, and serves to make the next one faster: it may go at any time.
async function forgetLostImages(cache: Cache, now: number): Promise<void> {
  const names: readonly string[] = await readdir(cache.imageDir).catch(() => []);
  for (const name of names.filter((one) => /\.(?:at|blocks)$/.test(one))) {
    if (names.includes(name.replace(/[^.]+$/, "sif"))) continue;
    const info = await stat(join(cache.imageDir, name)).catch(() => undefined);
    if (info && now - info.mtimeMs >= DAY_MS) await rm(join(cache.imageDir, name), { force: true });
  }
}

// What is known of an image (where a copy lies, which blocks it holds) stands beside it under the same name.
async function removeImage(dir: string, name: string): Promise<void> {
  const stem = name.replace(/[^.]+$/, "");
  const beside = (await readdir(dir)).filter((other) => other.startsWith(stem));
  for (const file of new Set([...beside, name])) await rm(join(dir, file), { force: true });
}

/** Removes what killed processes left unfinished more than a day ago; the number of files removed is given back. */
export async function sweepLeftovers(cache: Cache, now: number): Promise<number> {
  const { root } = cache.blobs;
  const places: readonly (readonly [string, (name: string) => boolean])[] = [
    [partialDir(root), () => true],
    // A held lock is touched every few seconds.
    [lockDir(root), () => true],
    [root, (name) => name.startsWith(PARTIAL_PREFIX)],
    [join(cache.root, "refs"), (name) => name.startsWith(PARTIAL_PREFIX)],
    [cache.imageDir, (name) => name.startsWith(PARTIAL_PREFIX)],
    [sandboxDir(cache), (name) => name.startsWith(PARTIAL_PREFIX)],
  ];
  await forgetLostImages(cache, now);
  let removed = 0;
  for (const [dir, isLeftover] of places)
    for (const name of (await readdir(dir).catch(() => [])).filter(isLeftover)) {
      const info = await stat(join(dir, name)).catch(() => undefined);
      if (info?.isDirectory() && now - info.ctimeMs >= DAY_MS) await removeTree(join(dir, name));
      if (!info?.isFile() || now - info.mtimeMs < DAY_MS) continue;
      await rm(join(dir, name), { force: true });
      removed += 1;
    }
  return removed;
}
