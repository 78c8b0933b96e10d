// How layers are packed when an image leaves the cache. Builds keep their layers plain; nothing is packed twice.

import { defineErrors } from "../../base/errors.ts";

const LAYER_COMPRESSIONS = ["gzip", "zstd", "none"] as const;
export type LayerCompression = (typeof LAYER_COMPRESSIONS)[number];

const fail = defineErrors({
  E_LAYER_COMPRESSION: {
    text: '"{name}" is not a compression of layers',
    hint: `choose one of ${LAYER_COMPRESSIONS.join(", ")}`,
    exit: 1,
  },
});

/** What `--layer-compression` says; gzip unless said otherwise, since everything reads it. @throws E_LAYER_COMPRESSION */
export function layerCompression(name: string | undefined): LayerCompression {
  const found = LAYER_COMPRESSIONS.find((one) => one === (name ?? "gzip"));
  if (!found) throw fail("E_LAYER_COMPRESSION", { name });
  return found;
}
