// `index.json` of an OCI layout that gets one more image (image-spec image-layout.md). What other tools wrote there stays
// as it is, fields we do not know included.

import { asObject, asString, jsonObject } from "../json.ts";
import type { OciImage } from "../types.ts";
import { fail } from "./errors.ts";

/** Annotation that holds an entry's tag. */
export const REF_NAME = "org.opencontainers.image.ref.name";

/** `oci-layout`, byte for byte. */
export const LAYOUT_VERSION = '{"imageLayoutVersion":"1.0.0"}';

/** The entry of an image: its descriptor, platform and tag. */
function entryOf(image: OciImage, tag: string | undefined): object {
  const { mediaType, digest, size } = image.descriptor;
  const { architecture, os, variant } = image.config;
  return {
    ...{ mediaType, digest, size },
    platform: { architecture, os, ...(variant === undefined ? {} : { variant }) },
    ...(tag === undefined ? {} : { annotations: { [REF_NAME]: tag } }),
  };
}

/** The index with the image in the place of what had its tag (or, without one, of what had none). @throws E_LAYOUT_FORM */
export function withImage(
  index: Uint8Array | undefined,
  image: OciImage,
  tag: string | undefined,
  path: string,
): Buffer {
  const document = index === undefined ? { schemaVersion: 2, manifests: [] } : jsonObject(index);
  const entries: unknown = document?.["manifests"];
  if (document === undefined || !Array.isArray(entries))
    throw fail("E_LAYOUT_FORM", { path, why: "its index.json is no index" });
  const others = entries.filter((entry) => tagOf(entry) !== tag);
  return Buffer.from(JSON.stringify({ ...document, manifests: [...others, entryOf(image, tag)] }));
}

function tagOf(entry: unknown): string | undefined {
  return asString(asObject(asObject(entry)?.["annotations"])?.[REF_NAME]);
}
