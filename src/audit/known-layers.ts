// The records of an image's layers: from the cache where they are known, else by reading each layer once, two at a time, for
// decompression runs beside the reading.

import type { Log, Progress } from "../base/log.ts";
import { Budget } from "../image/flatten/budget.ts";
import { layerName } from "../image/flatten/layer-stream.ts";
import type { FlattenLimits } from "../image/flatten/options.ts";
import type { BlobSource, Descriptor } from "../oci/types.ts";
import { fail } from "./errors.ts";
import type { LayerRecord } from "./layer-record.ts";
import { readLayer } from "./read-layer.ts";
import type { RecordCache } from "./record-cache.ts";

const AT_ONCE = 2;

/** What images may ask for: their listing is held in memory. Bytes are those of all layers uncompressed. */
export const AUDIT_LIMITS: FlattenLimits = { maxEntries: 2_000_000, maxBytes: 512 * 2 ** 30, maxDepth: 512 };

/** Characters of all names and texts of an image that are held at once. */
const MAX_HELD = 512 * 1024 * 1024;

/** Where the layers come from; `prefetch` begins to fetch several at once. */
export type LayerSource = BlobSource & { prefetch?(layers: readonly Descriptor[]): Promise<void> };

/** What looking through an image needs. */
export interface AuditTools {
  readonly cache: RecordCache;
  readonly log: Log;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly limits: FlattenLimits;
}

/** The record of each layer, in their order. @throws what `readLayer` throws, for the first layer that fails */
export async function layerRecords(
  layers: readonly Descriptor[],
  blobs: LayerSource,
  tools: AuditTools,
): Promise<readonly LayerRecord[]> {
  const budget = new Budget(tools.limits);
  const records = new Map<string, LayerRecord>();
  const unknown: Descriptor[] = [];
  let held = 0;
  const hold = (layer: Descriptor, record: LayerRecord): void => {
    held += charactersOf(record);
    if (held > MAX_HELD) throw fail("E_AUDIT_LIMIT", { layer: layerName(layer), reason: "its names fill the memory" });
    records.set(layer.digest, record);
  };
  for (const layer of new Map(layers.map((one) => [one.digest, one])).values()) {
    const known = await tools.cache.find(layer.digest);
    for (const { size } of known?.entries ?? []) budget.entry(size, layerName(layer));
    if (known) hold(layer, known);
    else unknown.push(layer);
  }
  // Who opens a layer hears of its failure.
  void blobs.prefetch?.(unknown).catch(() => undefined);
  await readAll(unknown, blobs, budget, tools, hold);
  return layers.map(({ digest }) => records.get(digest) ?? EMPTY);
}

function charactersOf({ entries, texts, whiteouts, opaque }: LayerRecord): number {
  let sum = 0;
  for (const path of [...whiteouts, ...opaque]) sum += path.length;
  for (const { path, target } of entries) sum += path.length + (target?.length ?? 0);
  for (const text of texts.values()) sum += text.length;
  return sum;
}

const EMPTY: LayerRecord = {
  diffId: undefined,
  entries: [],
  whiteouts: [],
  opaque: [],
  texts: new Map(),
  secrets: [],
  packages: { files: [] },
};

async function readAll(
  layers: readonly Descriptor[],
  blobs: BlobSource,
  budget: Budget,
  tools: AuditTools,
  done: (layer: Descriptor, record: LayerRecord) => void,
): Promise<void> {
  // The top layer is fetched first, and read first.
  const waiting = layers.toReversed();
  const stop = new AbortController();
  const signal = AbortSignal.any([tools.signal, stop.signal]);
  const total = layers.reduce((sum, { size }) => sum + size, 0);
  const task = total > 0 ? tools.progress.start("look through", total) : undefined;
  const onBytes = (count: number) => task?.advance(count);
  const work = async () => {
    for (let layer = waiting.shift(); layer && !signal.aborted; layer = waiting.shift()) {
      const record = await readLayer(layer, { blobs, budget, signal, onBytes });
      await tools.cache.keep(layer.digest, record);
      done(layer, record);
    }
  };
  const results = await Promise.allSettled(
    Array.from({ length: Math.min(AT_ONCE, layers.length) }, () =>
      work().catch((error: unknown) => {
        // The others end only because of this one; theirs is no news.
        if (!stop.signal.aborted) stop.abort(error);
        throw error;
      }),
    ),
  );
  const failed = results.some(({ status }) => status === "rejected");
  task?.done(failed ? "failed" : undefined);
  tools.signal.throwIfAborted();
  if (failed) throw stop.signal.reason;
}
