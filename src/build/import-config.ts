// The configuration of an image that is imported from files: the one it was made with, where it has kept that, else what
// its `/.singularity.d` tells. Pure.

import { DEFINITION_ENTRYPOINT, type ImageAttributes, isDefinitionImage } from "../image/metadata/index.ts";
import { asObject, asStrings, jsonObject } from "../oci/json.ts";
import type { Platform, RuntimeConfig } from "../oci/types.ts";

/** What an image says of itself. */
export interface KeptFacts {
  /** The whole configuration document, as berth keeps it. */
  readonly imageConfig: Uint8Array | undefined;
  /** Its run-time half, as Apptainer keeps it. */
  readonly ociConfig: Uint8Array | undefined;
  readonly attributes: ImageAttributes;
  readonly platform: Platform;
}

const DEFAULT_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** True when the scripts in the image were made from its configuration, and are made again from it. */
export function scriptsAreGenerated({ imageConfig, ociConfig, attributes }: KeptFacts): boolean {
  const runtime = imageConfig
    ? asObject(jsonObject(imageConfig)?.["config"])
    : jsonObject(ociConfig ?? Buffer.alloc(0));
  if (imageConfig) return !isDefinitionImage(runtime as RuntimeConfig | undefined);
  // What Apptainer writes for an image of a registry assigns these; a runscript of a definition file has no reason to.
  return runtime !== undefined && /^OCI_(ENTRYPOINT|CMD)=/m.test(attributes.runscript ?? "");
}

/** The configuration with one layer in the place of those it was made with. */
export function importedConfig(facts: KeptFacts, diffId: string): Buffer {
  const kept = jsonObject(facts.imageConfig ?? Buffer.alloc(0));
  const { architecture, os, variant } = facts.platform;
  const document = {
    ...(kept ?? { architecture, os, ...(variant === undefined ? {} : { variant }), config: runtimeConfig(facts) }),
    rootfs: { type: "layers", diff_ids: [diffId] },
    history: [{ created_by: "the files of an image" }],
  };
  return Buffer.from(JSON.stringify(document));
}

function runtimeConfig(facts: KeptFacts): object {
  const runtime = jsonObject(facts.ociConfig ?? Buffer.alloc(0)) ?? {};
  if (scriptsAreGenerated(facts)) return runtime;
  const { labels, runscript } = facts.attributes;
  const { Entrypoint: _, Cmd: __, ...rest } = runtime;
  return {
    Env: asStrings(runtime["Env"]) ?? [DEFAULT_PATH],
    ...rest,
    ...(runscript === undefined ? { Cmd: ["/bin/sh"] } : { Entrypoint: DEFINITION_ENTRYPOINT }),
    ...(labels && Object.keys(labels).length > 0 ? { Labels: labels } : {}),
  };
}
