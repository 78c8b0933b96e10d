// The files of kept records: for those who list, trim and clean the cache. Knows nothing of what is in them.

import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { PARTIAL_PREFIX } from "../base/publish.ts";
import type { CacheEntry } from "../oci/store/cache-entries.ts";

/** A file below the folder of records. */
export interface RecordFile {
  readonly path: string;
  /** `sha256/HEX-VERSION`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly used: number;
  /** Being written, or left by a process that was killed. */
  readonly unfinished: boolean;
}

/** Where the records of a cache lie. */
export function recordsFolder(cacheDir: string): string {
  return join(cacheDir, "audit");
}

/** All files, unfinished ones too. */
export async function recordFiles(cacheDir: string): Promise<readonly RecordFile[]> {
  const found = ["sha256", "sha512"].map(async (algorithm) => {
    const folder = join(recordsFolder(cacheDir), algorithm);
    const names = await readdir(folder).catch(() => []);
    return Promise.all(names.map((name) => fileOf(folder, algorithm, name)));
  });
  return (await Promise.all(found)).flat().filter((file) => file !== undefined);
}

async function fileOf(folder: string, algorithm: string, name: string): Promise<RecordFile | undefined> {
  const path = join(folder, name);
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile()) return undefined;
  const unfinished = name.startsWith(PARTIAL_PREFIX);
  return { path, name: `${algorithm}/${name}`, size: info.size, used: info.mtimeMs, unfinished };
}

/** The records as entries of the cache. */
export async function recordEntries(cacheDir: string): Promise<readonly CacheEntry[]> {
  const files = (await recordFiles(cacheDir)).filter(({ unfinished }) => !unfinished);
  return files.map(({ name, size, used }) => ({ type: "audit", name, size, created: used, lastUsed: used }));
}

/** Removes those of the entries that are records. */
export async function removeRecordEntries(cacheDir: string, entries: readonly CacheEntry[]): Promise<void> {
  for (const { type, name } of entries)
    if (type === "audit") await rm(join(recordsFolder(cacheDir), name), { force: true });
}
