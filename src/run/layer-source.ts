// What can be laid over an image, once it is known what each path is. Data only.

import type { OverlayPrograms } from "./launch-plan.ts";
import type { OverlayRequest } from "./request.ts";

/** One layer. */
export type LayerSource =
  | {
      readonly kind: "dir";
      /** Absolute path. */
      readonly path: string;
      readonly readonly: boolean;
      /** A read-only directory that is the layer itself, without an `upper`. */
      readonly bare?: boolean;
    }
  | {
      readonly kind: "image";
      readonly fs: "ext" | "squashfs";
      readonly path: string;
      readonly offset: number;
      readonly size: number;
      readonly readonly: boolean;
    };

/** All layers of a launch, top first, and what serves them. */
export interface LayerSources {
  readonly sources: readonly LayerSource[];
  readonly programs?: OverlayPrograms | undefined;
}

/** Overlays that are all directories. */
export function directorySources(overlays: readonly OverlayRequest[]): LayerSources {
  return { sources: overlays.map((overlay) => ({ kind: "dir", ...overlay })) };
}
