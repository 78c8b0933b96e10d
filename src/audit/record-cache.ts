// Records of layers by digest, in a folder that all processes of one user share. A file appears complete under its name;
// whatever is damaged or of another version is dropped and made again. A cache that cannot be written only costs time.

import { mkdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { reasonOf } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { publishFile } from "../base/publish.ts";
import type { LayerRecord } from "./layer-record.ts";
import { decodeRecord, encodeRecord, RECORDS } from "./record-codec.ts";
import { type RecordFile, recordFiles, recordsFolder } from "./record-entries.ts";

/** Bytes of a packed record that is read. */
const MAX_PACKED = 128 * 1024 * 1024;
const DAY_MS = 24 * 3600 * 1000;

/** Bounds of the folder: what was not used for longest goes first. */
export interface RecordCacheLimits {
  /** Bytes of all records. */
  readonly maxBytes: number;
  /** Days without use. */
  readonly maxDays: number;
}

const LIMITS: RecordCacheLimits = { maxBytes: 512 * 1024 * 1024, maxDays: 90 };

/** Kept records. */
export interface RecordCache {
  /** The record of a layer; undefined when there is none that can be read. */
  find(digest: string): Promise<LayerRecord | undefined>;
  /** Keeps a record, as far as that is possible. */
  keep(digest: string, record: LayerRecord): Promise<void>;
  /** Removes what is too old or too much; `now` in milliseconds since 1970. */
  trim(now: number): Promise<void>;
}

/** A cache that keeps nothing. */
export const NO_RECORDS: RecordCache = { find: async () => undefined, keep: async () => {}, trim: async () => {} };

/** The records below `cacheDir`, the cache's root folder. */
export function recordCache(cacheDir: string, log: Log, limits: RecordCacheLimits = LIMITS): RecordCache {
  const root = recordsFolder(cacheDir);
  const pathOf = (digest: string) => {
    const [, algorithm, hex] = /^(sha256|sha512):([0-9a-f]+)$/.exec(digest) ?? [];
    return algorithm && hex ? join(root, algorithm, `${hex}-${RECORDS}`) : undefined;
  };
  return {
    async find(digest) {
      const path = pathOf(digest);
      const bytes = path === undefined ? undefined : await readBounded(path);
      if (path === undefined || bytes === undefined) return undefined;
      const record = await decodeRecord(digest, bytes);
      // Use is what the order of going is by; a folder that cannot be written keeps no order.
      const done = record ? utimes(path, new Date(), new Date()) : rm(path, { force: true });
      await done.catch(() => undefined);
      return record;
    },
    async keep(digest, record) {
      const path = pathOf(digest);
      if (path === undefined) return;
      try {
        await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
        const bytes = await encodeRecord(digest, record);
        await publishFile(path, 0o600, async (file) => file.writeFile(bytes));
      } catch (error) {
        log.debug(`what was read of ${digest} is not kept: ${reasonOf(error)}`);
      }
    },
    async trim(now) {
      const files = await recordFiles(cacheDir);
      for (const path of surplus(files, limits, now)) await rm(path, { force: true }).catch(() => undefined);
    },
  };
}

async function readBounded(path: string): Promise<Buffer | undefined> {
  try {
    return (await stat(path)).size <= MAX_PACKED ? await readFile(path) : Buffer.alloc(0);
  } catch {
    return undefined;
  }
}

/** Files that must go: what somebody left unfinished a day ago, and the least recently used. */
function surplus(
  files: readonly RecordFile[],
  { maxBytes, maxDays }: RecordCacheLimits,
  now: number,
): readonly string[] {
  const going = files.filter(({ unfinished, used }) => unfinished && now - used > DAY_MS);
  const kept = files.filter(({ unfinished }) => !unfinished).toSorted((one, other) => one.used - other.used);
  let left = kept.reduce((sum, { size }) => sum + size, 0);
  for (const file of kept) {
    if (left <= maxBytes && now - file.used <= maxDays * DAY_MS) break;
    going.push(file);
    left -= file.size;
  }
  return going.map(({ path }) => path);
}
