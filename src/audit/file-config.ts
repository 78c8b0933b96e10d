// What an image file says of itself: the OCI configuration that it was made from, where it has one; else what stands in
// `/.singularity.d`. Strangers wrote all of it.

import { digestOf } from "../base/digest.ts";
import { OBJECT } from "../image/metadata/objects.ts";
import type { OpenedImage } from "../image/open.ts";
import { MAX_CONFIG, parseImageConfig } from "../oci/image-config.ts";
import { asObject, asStrings, type JsonObject, jsonObject } from "../oci/json.ts";
import { MEDIA } from "../oci/media-types.ts";
import { configOf } from "./image-config.ts";
import type { LayerRecord } from "./layer-record.ts";
import type { AuditedConfig, HistoryEntry } from "./types.ts";

const RUNSCRIPT = ".singularity.d/runscript";

/** Configuration and history; the history is undefined where the file keeps none. */
export function fileConfig(
  opened: OpenedImage,
  record: LayerRecord,
  labels: Readonly<Record<string, string>>,
): { readonly config: AuditedConfig; readonly history: readonly HistoryEntry[] | undefined } {
  const own = opened.kind === "sif" ? documentOf(opened.objects) : undefined;
  const told = own && configOfDocument(own, opened.path);
  if (own && told)
    return {
      config: { ...told.config, labels: { ...labels, ...told.config.labels }, diffIds: diffIdsOf(own) },
      history: own["history"] === undefined ? undefined : told.history,
    };
  return { config: plainConfig(opened, record, labels), history: undefined };
}

// Berth keeps the whole document, Apptainer the part of it that says how to run.
function documentOf(objects: ReadonlyMap<string, Uint8Array>): JsonObject | undefined {
  const whole = objects.get(OBJECT.imageConfig);
  const part = objects.get(OBJECT.ociConfig);
  const document = whole && whole.length <= MAX_CONFIG ? jsonObject(whole) : undefined;
  if (document) return document;
  const config = part && part.length <= MAX_CONFIG ? jsonObject(part) : undefined;
  return config && { config };
}

// Its layers are gone, so there is no manifest for their number to be held against.
function configOfDocument(document: JsonObject, path: string): ReturnType<typeof configOf> | undefined {
  const configBytes = Buffer.from(JSON.stringify({ ...document, rootfs: { type: "layers", diff_ids: [] } }));
  const descriptor = { mediaType: MEDIA.ociConfig, digest: digestOf(configBytes), size: configBytes.length };
  const manifest = { mediaType: MEDIA.ociManifest, config: descriptor, layers: [] };
  try {
    return configOf({ config: parseImageConfig(configBytes, manifest, path), configBytes });
  } catch {
    return undefined;
  }
}

function diffIdsOf(document: JsonObject): readonly string[] | undefined {
  const ids = asStrings(asObject(document["rootfs"])?.["diff_ids"]);
  return ids && ids.length > 0 ? ids : undefined;
}

function plainConfig(
  opened: OpenedImage,
  record: LayerRecord,
  labels: Readonly<Record<string, string>>,
): AuditedConfig {
  const created = opened.kind === "sif" ? opened.sif.created : 0;
  const starts = record.entries.some(({ path }) => path === RUNSCRIPT);
  return {
    created: created > 0 && created < 2 ** 33 ? new Date(created * 1000).toISOString() : undefined,
    os: "linux",
    architecture: opened.kind === "sandbox" ? "unknown" : opened.partition.arch,
    user: "",
    env: [],
    entrypoint: starts ? [`/${RUNSCRIPT}`] : [],
    command: [],
    workingDirectory: "",
    labels,
    exposed: [],
    volumes: [],
    healthCheck: undefined,
    stopSignal: undefined,
    onBuild: [],
  };
}
