// The data objects that stand before the partition of a SIF file made by berth: what Apptainer writes (spec/apptainer.md
// section 2.2), the original manifest and configuration byte for byte, and a record of the conversion.

import type { OciImage } from "../../oci/types.ts";
import type { SifObject } from "../sif/types.ts";
import { type ImageAttributes, imageAttributes, inspectDocument } from "./attributes.ts";
import { definitionText } from "./labels.ts";

/** Names of the objects. */
export const OBJECT = {
  definition: "Def.FILE",
  inspect: "inspect-metadata.json",
  ociConfig: "oci-config.json",
  imageConfig: "oci-image-config.json",
  manifest: "oci-manifest.json",
  record: "berth.json",
} as const;

/** What the conversion did, as far as it changes the result. Neither times nor names of machines belong here. */
export interface ConversionRecord {
  /** Options that change the bytes of the result (compression, level, block size, owners, …). */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** Modes that were changed to make files readable: path → original mode in octal. */
  readonly changedModes?: Readonly<Record<string, string>>;
  /** Further facts, such as counts of dropped devices. */
  readonly notes?: Readonly<Record<string, string | number | boolean>>;
}

/** The content of `berth.json`. */
interface BerthRecord extends ConversionRecord {
  readonly format: 1;
  readonly manifestDigest: string;
  readonly manifestMediaType: string;
  readonly platform: { readonly os: string; readonly architecture: string; readonly variant?: string };
}

/** The record of a conversion. */
function berthRecord(image: OciImage, conversion: ConversionRecord): BerthRecord {
  const { os, architecture, variant } = image.config;
  return {
    format: 1,
    manifestDigest: image.descriptor.digest,
    manifestMediaType: image.descriptor.mediaType,
    platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
    ...conversion,
  };
}

/**
 * Definition first, then JSON objects by name: the order in which Apptainer writes them. `attributes` are those of an image
 * that brings them itself; otherwise the configuration tells.
 */
export function standardObjects(
  image: OciImage,
  conversion: ConversionRecord,
  attributes?: ImageAttributes,
): SifObject[] {
  const stored: unknown = JSON.parse(Buffer.from(image.configBytes).toString("utf8"));
  const runtime = (stored as { readonly config?: unknown }).config ?? {};
  const objects = [
    json(OBJECT.record, berthRecord(image, conversion)),
    json(OBJECT.inspect, inspectDocument(attributes ?? imageAttributes(image))),
    json(OBJECT.ociConfig, runtime),
    { type: "json", name: OBJECT.imageConfig, content: image.configBytes },
    { type: "json", name: OBJECT.manifest, content: image.manifestBytes },
  ] satisfies SifObject[];
  const definition = {
    type: "definition",
    name: OBJECT.definition,
    content: Buffer.from(attributes === undefined ? definitionText(image) : `${attributes.deffile ?? ""}\n`),
  } as const;
  return [definition, ...objects.sort((a, b) => (a.name < b.name ? -1 : 1))];
}

function json(name: string, value: unknown): SifObject {
  return { type: "json", name, content: Buffer.from(JSON.stringify(value)) };
}
