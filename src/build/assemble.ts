// From what a front end has built to an image in the content store: configuration and manifest are written, layers are
// there already. The same steps give the same bytes, whenever they are assembled.

import { composeImage } from "../oci/compose.ts";
import { asObject, type JsonObject, jsonObject } from "../oci/json.ts";
import type { ContentStore } from "../oci/store/content-store.ts";
import type { BlobSource, OciImage } from "../oci/types.ts";
import type { ReadyImage } from "./ready-image.ts";
import type { BuiltImage } from "./types.ts";

export interface AssembleOptions {
  readonly store: ContentStore;
  /** Finds the base's layers and those of the steps. */
  readonly blobs: BlobSource;
  /** Seconds since 1970 (SOURCE_DATE_EPOCH); undefined: when the last step was carried out, else the base's own time. */
  readonly sourceDate: number | undefined;
}

/** Makes the image. @throws E_CONFIG_SIZE, E_STORE_… */
export async function assemble(built: BuiltImage, { store, blobs, sourceDate }: AssembleOptions): Promise<ReadyImage> {
  const base = built.state.base?.image;
  const configBytes = Buffer.from(JSON.stringify(configuration(built, base, sourceDate)));
  const layers = [...(base?.manifest.layers ?? []), ...built.state.layers.map(({ descriptor }) => descriptor)];
  const image = composeImage({ configBytes, layers });
  await store.put(image.manifest.config, configBytes);
  await store.put(image.descriptor, image.manifestBytes);
  return { image, blobs, ...(built.attributes ? { attributes: built.attributes } : {}) };
}

function configuration(built: BuiltImage, base: OciImage | undefined, sourceDate: number | undefined): object {
  const { state, platform, config, author } = built;
  const before: JsonObject = base ? (jsonObject(base.configBytes) ?? {}) : {};
  const created = new Date(sourceDate === undefined ? lastChange(built) : sourceDate * 1000).toISOString();
  const own = built.history.map((entry) => ({ created, ...entry }));
  const earlier = Array.isArray(before["history"]) ? before["history"].map(asObject).filter((one) => one) : [];
  // Where a history is, readers count its lines against the layers: those that the base says nothing of need one too.
  const counted = earlier.filter((entry) => entry?.["empty_layer"] !== true).length;
  const silent = Math.max(0, (base?.manifest.layers.length ?? 0) - counted);
  return {
    created,
    ...(author === undefined ? {} : { author }),
    architecture: platform.architecture,
    os: platform.os,
    ...(platform.variant === undefined ? {} : { variant: platform.variant }),
    config,
    rootfs: {
      type: "layers",
      diff_ids: [...(base?.config.rootfs.diff_ids ?? []), ...state.layers.map(({ descriptor }) => descriptor.digest)],
    },
    history: [...earlier, ...Array.from({ length: silent }, () => ({ created })), ...own],
  };
}

// Not the time of assembling: a build that finds all its steps in the cache must come to the same image.
function lastChange({ state }: BuiltImage): number {
  const base = Date.parse(state.base?.image.config.created ?? "");
  return Math.max(Number.isNaN(base) ? 0 : base, ...state.layers.map(({ made }) => made));
}
