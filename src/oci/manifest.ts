// Reads manifests and indexes (image-spec manifest.md, image-index.md; Docker manifest schema 2 and list). Bytes in,
// checked records out; knows neither registries nor archives, since both hand their bytes here.

import { type Digest, parseDigest } from "../base/digest.ts";
import { fail } from "./errors.ts";
import { asObject, asString, asStringMap, type JsonObject, jsonObject } from "./json.ts";
import { isIndexType, isManifestType, MEDIA, SCHEMA1_TYPES } from "./media-types.ts";
import type { Descriptor, ImageManifest, Platform } from "./types.ts";

/** Bytes; image-spec asks readers to take at least 4 MiB, and nobody needs more. */
export const MAX_MANIFEST = 4 * 1024 * 1024;
/** Far above the 127 that builders make; a bound on the work a manifest can cause. */
export const MAX_LAYERS = 1000;

/** One platform's manifest, which may be an image or an artifact of another kind. */
export interface ParsedManifest extends ImageManifest {
  readonly kind: "manifest";
  readonly artifactType?: string;
}

/** A list of manifests, usually one per platform. */
export interface ParsedIndex {
  readonly kind: "index";
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
}

/**
 * Reads a manifest or an index. `mediaType` is what the carrier said of it (Content-Type, descriptor), if anything;
 * `what` names it in errors.
 *
 * @throws E_MANIFEST_SIZE, E_MANIFEST_INVALID, E_MANIFEST_TYPE, E_MANIFEST_SCHEMA1, E_LAYERS_COUNT
 */
export function parseManifest(
  bytes: Uint8Array,
  mediaType: string | undefined,
  what: string,
): ParsedManifest | ParsedIndex {
  if (bytes.length > MAX_MANIFEST) throw fail("E_MANIFEST_SIZE", { what, max: MAX_MANIFEST });
  const document = jsonObject(bytes);
  if (document === undefined) throw fail("E_MANIFEST_INVALID", { what, why: "it is not a JSON object" });
  const type = documentType(document, mediaType, what);
  return isIndexType(type) ? parseIndex(document, type, what) : parseImageManifest(document, type, what);
}

// One document must not be readable in two ways: a scanner could be shown the one and a runtime the other
// (the advisory behind image-spec's rule that mediaType and Content-Type agree).
function documentType(document: JsonObject, carried: string | undefined, what: string): string {
  const outer = carried?.split(";")[0]?.trim().toLowerCase();
  const inner = asString(document["mediaType"]);
  const outerKnown = outer !== undefined && (isIndexType(outer) || isManifestType(outer));
  if (document["schemaVersion"] === 1 || SCHEMA1_TYPES.some((type) => type === outer || type === inner)) {
    throw fail("E_MANIFEST_SCHEMA1", { what });
  }
  if (outerKnown && inner !== undefined && inner !== outer) {
    throw fail("E_MANIFEST_INVALID", { what, why: `it calls itself ${inner} but was delivered as ${outer}` });
  }
  const both = "manifests" in document && ("layers" in document || "config" in document);
  if (both) throw fail("E_MANIFEST_INVALID", { what, why: "it is an index and a manifest at once" });
  const type = outerKnown ? outer : (inner ?? guessType(document));
  if (type === undefined || !(isIndexType(type) || isManifestType(type))) {
    throw fail("E_MANIFEST_TYPE", { what, mediaType: type ?? outer ?? "unknown" });
  }
  return type;
}

// Early OCI documents carry no mediaType; their shape tells.
function guessType(document: JsonObject): string | undefined {
  if ("manifests" in document) return MEDIA.ociIndex;
  return "config" in document && "layers" in document ? MEDIA.ociManifest : undefined;
}

function parseIndex(document: JsonObject, mediaType: string, what: string): ParsedIndex {
  const list = document["manifests"];
  if (!Array.isArray(list)) throw fail("E_MANIFEST_INVALID", { what, why: 'it has no list "manifests"' });
  return {
    kind: "index",
    mediaType,
    manifests: list.map((entry, at) => parseDescriptor(entry, what, `manifests[${at}]`)),
  };
}

function parseImageManifest(document: JsonObject, mediaType: string, what: string): ParsedManifest {
  const layers = document["layers"];
  if (!Array.isArray(layers)) throw fail("E_MANIFEST_INVALID", { what, why: 'it has no list "layers"' });
  if (layers.length > MAX_LAYERS) throw fail("E_LAYERS_COUNT", { what, got: layers.length, max: MAX_LAYERS });
  const annotations = asStringMap(document["annotations"]);
  const artifactType = asString(document["artifactType"]);
  return {
    kind: "manifest",
    mediaType,
    config: parseDescriptor(document["config"], what, "config"),
    layers: layers.map((layer, at) => parseDescriptor(layer, what, `layers[${at}]`)),
    ...(annotations === undefined ? {} : { annotations }),
    ...(artifactType === undefined ? {} : { artifactType }),
  };
}

/** Reads a descriptor (image-spec descriptor.md); `where` names its place in the document. @throws E_MANIFEST_INVALID */
export function parseDescriptor(value: unknown, what: string, where: string): Descriptor {
  const object = asObject(value);
  const invalid = (why: string) => fail("E_MANIFEST_INVALID", { what, why: `${where} ${why}` });
  if (object === undefined) throw invalid("is not an object");
  const size = object["size"];
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) throw invalid("has no valid size");
  const mediaType = asString(object["mediaType"]);
  if (mediaType === undefined || !/^[\x21-\x7e]{1,255}$/.test(mediaType)) throw invalid("has no valid mediaType");
  const annotations = asStringMap(object["annotations"]);
  const artifactType = asString(object["artifactType"]);
  const platform = parsePlatformField(object["platform"]);
  return {
    mediaType,
    digest: digestField(object["digest"], invalid),
    size,
    ...(annotations === undefined ? {} : { annotations }),
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(platform === undefined ? {} : { platform }),
  };
}

function digestField(value: unknown, invalid: (why: string) => Error): Digest {
  try {
    return parseDigest(asString(value) ?? "");
  } catch {
    throw invalid("has no valid digest");
  }
}

function parsePlatformField(value: unknown): Platform | undefined {
  const object = asObject(value);
  const os = asString(object?.["os"]);
  const architecture = asString(object?.["architecture"]);
  if (os === undefined || architecture === undefined) return undefined;
  const variant = asString(object?.["variant"]);
  return { os, architecture, ...(variant ? { variant } : {}) };
}
