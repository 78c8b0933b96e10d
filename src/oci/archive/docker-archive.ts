// Reads what `docker save` writes: `manifest.json` lists images, each a configuration and its layers. There is no OCI
// manifest in it, so one is made here; the same archive always gives the same one. Knows nothing of how it is packed.

import { checkMeasured, digestOf, type Expected, parseDigest } from "../../base/digest.ts";
import { resolveFrom } from "../image-resolution.ts";
import { asObject, asString, asStrings, jsonObject } from "../json.ts";
import { MAX_LAYERS } from "../manifest.ts";
import { MEDIA } from "../media-types.ts";
import { formatReference, parseReference } from "../reference.ts";
import type { BlobSource, Descriptor, OciImage, Platform } from "../types.ts";
import { fail } from "./errors.ts";
import type { Members } from "./members.ts";
import { packingOf } from "./packing.ts";

interface Entry {
  readonly config: string;
  readonly tags: readonly string[];
  readonly layers: readonly string[];
}

export interface ArchivedImage {
  readonly image: OciImage;
  readonly blobs: BlobSource;
}

interface Wanted {
  /** Name with tag, or `@N` for the N-th image; any when there is only one. */
  readonly image?: string | undefined;
  readonly platform: Platform;
  readonly signal?: AbortSignal | undefined;
}

const MAX_IMAGES = 1000;

/** The image of a docker archive. @throws E_ARCHIVE_…, E_CONFIG_…, E_DIGEST_MISMATCH */
export async function dockerArchiveImage(members: Members, wanted: Wanted): Promise<ArchivedImage> {
  const { path } = members;
  const entry = chooseEntry(parseEntries(await members.document("manifest.json"), path), wanted.image, path);
  const configBytes = await members.document(entry.config);
  const diffIds = asStrings(asObject(jsonObject(configBytes)?.["rootfs"])?.["diff_ids"]) ?? [];
  const places = new Map<string, string>();
  const layers: Descriptor[] = [];
  for (const [at, name] of entry.layers.entries()) {
    const layer = await describeLayer(members, name, diffIds[at], wanted.signal);
    places.set(layer.digest, name);
    layers.push(layer);
  }
  const config = { mediaType: MEDIA.ociConfig, digest: digestOf(configBytes), size: configBytes.length };
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociManifest, config, layers }));
  const root = { mediaType: MEDIA.ociManifest, digest: digestOf(bytes), size: bytes.length };
  const documents = { read: async (d: Descriptor) => (d.digest === root.digest ? bytes : configBytes) };
  const image = await resolveFrom(documents, root, wanted.platform, path);
  const open: BlobSource["open"] = (descriptor, options) =>
    members.open(places.get(descriptor.digest) ?? descriptor.digest, descriptor, options);
  return { image, blobs: { open } };
}

// Engines write plain layers, whose digest is the configuration's diff_id; some other tools pack them.
async function describeLayer(
  members: Members,
  name: string,
  diffId: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Descriptor> {
  const { path } = members;
  const packing = packingOf(await members.head(name));
  const { size, known } = members.size(name);
  if (packing === "none") {
    if (diffId === undefined) throw fail("E_ARCHIVE_FORM", { path, why: "its configuration names too few layers" });
    const want: Expected = { digest: parseDigest(diffId), size };
    if (known) checkMeasured(known, want, `${name} in ${path}`);
    return { mediaType: "application/vnd.oci.image.layer.v1.tar", ...want };
  }
  if (packing !== "gzip" && packing !== "zstd")
    throw fail("E_ARCHIVE_PACKING", {
      path: `${name} in ${path}`,
      packing,
      why: "no image layer may be",
      hint: "save the image again",
    });
  const measured = known ?? (await members.measure(name, { signal }));
  return { mediaType: `application/vnd.oci.image.layer.v1.tar+${packing}`, ...measured };
}

function parseEntries(bytes: Buffer, path: string): readonly Entry[] {
  const list = asList(bytes);
  if (!list || list.length === 0) throw fail("E_ARCHIVE_FORM", { path, why: "its manifest.json lists no images" });
  if (list.length > MAX_IMAGES) throw fail("E_ARCHIVE_LIMIT", { path, what: `more than ${MAX_IMAGES} images` });
  return list.map((value) => {
    const config = asString(asObject(value)?.["Config"]);
    const layers = asStrings(asObject(value)?.["Layers"]);
    const tags = asStrings(asObject(value)?.["RepoTags"] ?? []) ?? [];
    if (config === undefined || layers === undefined || layers.length > MAX_LAYERS)
      throw fail("E_ARCHIVE_FORM", { path, why: "its manifest.json is malformed" });
    return { config, tags, layers };
  });
}

function asList(bytes: Buffer): readonly unknown[] | undefined {
  // Wrapped, since the reader of foreign JSON takes objects only.
  const list = jsonObject(Buffer.concat([Buffer.from('{"list":'), bytes, Buffer.from("}")]))?.["list"];
  return Array.isArray(list) ? list : undefined;
}

function chooseEntry(entries: readonly Entry[], image: string | undefined, path: string): Entry {
  const have = entries.map((entry, at) => entry.tags.join(", ") || `@${at} (without a name)`).join("; ");
  const [only] = entries;
  if (image === undefined && only && entries.length === 1) return only;
  if (image === undefined) throw fail("E_ARCHIVE_SEVERAL", { path, have });
  const position = /^@(\d{1,4})$/.exec(image)?.[1];
  const found =
    position === undefined
      ? entries.find((entry) => entry.tags.some((tag) => fullName(tag) === fullName(image)))
      : entries[Number(position)];
  if (!found) throw fail("E_ARCHIVE_IMAGE", { path, image, have });
  return found;
}

// `alpine:3.20`, `docker.io/library/alpine:3.20` and, of images built here, `localhost/…`, as different engines write.
function fullName(text: string): string {
  try {
    return formatReference(parseReference(text.replace(/^localhost\//, "")));
  } catch {
    return text;
  }
}
