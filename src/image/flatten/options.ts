// What a flattening is told, and what it reports.

import type { Log, Progress } from "../../base/log.ts";
import type { ConversionOptions } from "../conversion-options.ts";
import type { ExtraEntry } from "../metadata/entry.ts";

/** What images may ask for before they are taken for an attack. */
export interface FlattenLimits {
  /** Entries of all layers together, hidden ones included. */
  readonly maxEntries: number;
  /** Bytes of all layers uncompressed, and bytes of all files with their holes filled. */
  readonly maxBytes: number;
  /** Components of a path. */
  readonly maxDepth: number;
}

export const DEFAULT_LIMITS: FlattenLimits = { maxEntries: 5_000_000, maxBytes: 512 * 2 ** 30, maxDepth: 512 };

export interface FlattenOptions extends ConversionOptions {
  readonly limits?: Partial<FlattenLimits>;
  /** Entries that lie above all layers; those with `ifMissing` only where the layers leave nothing. */
  readonly extra: readonly ExtraEntry[];
  /** Seconds since 1970 for whatever has no time of its own: the file system, implied directories, extra entries. */
  readonly defaultTime: number;
}

export interface FlattenContext {
  readonly signal?: AbortSignal | undefined;
  readonly log: Log;
  readonly progress: Progress;
}

/** What came of it. */
export interface FlattenReport {
  /** Entries in the image file, without implied directories. */
  readonly entries: number;
  /** Bytes of all layers uncompressed. */
  readonly layerBytes: number;
  /** Device nodes left out, hard links to them included. */
  readonly droppedDevices: number;
  /** Extended attributes left out, each name once; of very many, a thousand. */
  readonly droppedXattrs: readonly string[];
  /** Files and directories whose permissions were widened, with their exact modes, in the order of their paths. */
  readonly changedModes: readonly { readonly path: string; readonly mode: number }[];
}
