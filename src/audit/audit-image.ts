// `auditImage`: everything that practices, catalogues and verdicts need to know of an image, from one reading of its layers.
// What layers hold is known by their digests from then on. Nothing is unpacked to disk, and nothing is judged here.

import { type Log, type Progress, silent, unwatched } from "../base/log.ts";
import { Budget } from "../image/flatten/budget.ts";
import type { FlattenLimits } from "../image/flatten/options.ts";
import type { OciImage } from "../oci/types.ts";
import { withEntryScript } from "./entry-script.ts";
import { configOf, makersOf } from "./image-config.ts";
import { AUDIT_LIMITS, type AuditTools, type LayerSource, layerRecords } from "./known-layers.ts";
import type { LayerRecord } from "./layer-record.ts";
import { findBase, isSystem, type KnownBase } from "./lineage.ts";
import { mergeLayers } from "./merge-layers.ts";
import { mergeCatalogue } from "./packages/merge.ts";
import { readLayer } from "./read-layer.ts";
import { NO_RECORDS, type RecordCache } from "./record-cache.ts";
import type {
  AuditedBase,
  AuditedImage,
  AuditedLayer,
  Catalogue,
  FileEntry,
  FileFacts,
  HistoryEntry,
} from "./types.ts";

/** How an image is looked through. */
export interface AuditOptions {
  readonly signal?: AbortSignal | undefined;
  /** Keeps what layers hold; without it they are read each time. */
  readonly cache?: RecordCache | undefined;
  readonly log?: Log | undefined;
  readonly progress?: Progress | undefined;
  /** Bases whose layers are marked as such. */
  readonly bases?: readonly KnownBase[] | undefined;
  readonly limits?: Partial<FlattenLimits> | undefined;
  /** Milliseconds since 1970, for what is too old in the cache; without it nothing is removed there. */
  readonly now?: number | undefined;
}

/** An image in layers: its documents, and where its layers come from. */
export interface LayeredImage {
  /** As people named it. */
  readonly name: string;
  readonly image: OciImage;
  readonly blobs: LayerSource;
}

/**
 * Looks through an image in layers.
 * @throws E_LAYER_…, E_AUDIT_LIMIT for layers that no good tool makes, and what getting them makes fail
 */
export async function auditImage(subject: LayeredImage, options: AuditOptions = {}): Promise<AuditedImage> {
  const tools = toolsOf(options);
  const { layers } = subject.image.manifest;
  const light = auditConfig(subject, options.bases);
  const records = await layerRecords(layers, subject.blobs, tools);
  if (options.now !== undefined) await tools.cache.trim(options.now);
  const diffIds = records.map(({ diffId }) => diffId);
  const firstIsSystem = records[0] !== undefined && isSystem(records[0]);
  const base = findBase({ diffIds, history: light.history ?? [], firstIsSystem }, options.bases ?? []);
  const bare = auditedLayers(subject.image, light.history ?? [], base);
  const audited = bare.map((layer, index) => withRecord(layer, records[index]));
  const { files, catalogue } = contents(records, audited);
  const again = (entry: FileEntry) => readAgain(entry, subject, records, tools);
  const whole = light.config ? await withEntryScript(files, light.config, again) : files;
  return { ...light, base, layers: audited, files: whole, catalogue };
}

/** What an image says of itself, without a look at its files: what they would tell is unknown. */
export function auditConfig(
  { name, image }: Omit<LayeredImage, "blobs">,
  bases: readonly KnownBase[] = [],
): AuditedImage {
  const { config, history } = configOf(image, image.manifest.annotations);
  const base = findBase({ diffIds: image.config.rootfs.diff_ids, history, firstIsSystem: false }, bases);
  const layers = auditedLayers(image, history, base);
  const unread = { files: undefined, catalogue: undefined, definition: null };
  return { name, digest: image.descriptor.digest, config, history, layers, base, ...unread };
}

/** What looking through images needs, with everything that was not said. */
export function toolsOf({ signal, cache, log, progress, limits }: AuditOptions): AuditTools {
  return {
    cache: cache ?? NO_RECORDS,
    log: log ?? silent,
    progress: progress ?? unwatched,
    signal: signal ?? new AbortController().signal,
    limits: { ...AUDIT_LIMITS, ...limits },
  };
}

/** Files and packages of the image that these layers make. */
export function contents(
  records: readonly LayerRecord[],
  layers: readonly Pick<AuditedLayer, "digest">[],
): { readonly files: FileFacts; readonly catalogue: Catalogue } {
  const { files, isSeen } = mergeLayers(records);
  // What is hidden is left out here, where one look-up tells it, so that no layer is asked about those below.
  const facts = records.map(({ packages }, index) => ({
    digest: layers[index]?.digest,
    facts: { ...packages, files: packages.files.filter(({ path }) => isSeen(path, index)) },
    hides: () => false,
  }));
  return { files, catalogue: mergeCatalogue(facts) };
}

// One text of a layer that was read before; from then on its record has it.
async function readAgain(
  { path, layer }: FileEntry,
  { image, blobs }: LayeredImage,
  records: readonly LayerRecord[],
  tools: AuditTools,
): Promise<string | undefined> {
  const [descriptor, record] = [image.manifest.layers[layer], records[layer]];
  if (!descriptor || !record) return undefined;
  const reading = { blobs, budget: new Budget(tools.limits), signal: tools.signal, alsoTexts: new Set([path]) };
  const text = (await readLayer(descriptor, reading)).texts.get(path);
  if (text === undefined) return undefined;
  await tools.cache.keep(descriptor.digest, { ...record, texts: new Map([...record.texts, [path, text]]) });
  return text;
}

function auditedLayers(
  { manifest, config }: OciImage,
  history: readonly HistoryEntry[],
  base: AuditedBase | undefined,
): readonly AuditedLayer[] {
  const makers = makersOf(history, manifest.layers.length);
  return manifest.layers.map(({ digest, size }, index) => ({
    digest,
    diffId: config.rootfs.diff_ids[index],
    compressedBytes: size,
    unpackedBytes: undefined,
    base: index < (base?.layers ?? 0),
    createdBy: makers[index]?.createdBy,
  }));
}

function withRecord(layer: AuditedLayer, record: LayerRecord | undefined): AuditedLayer {
  const unpackedBytes = record?.entries.reduce((sum, { size }) => sum + size, 0);
  return { ...layer, unpackedBytes, diffId: record?.diffId ?? layer.diffId };
}
