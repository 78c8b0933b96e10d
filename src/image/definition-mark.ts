// Which images bring their own `/.singularity.d`: those built from a definition file. Their layers hold all of it, and the
// configuration's Entrypoint says so.

import type { RuntimeConfig } from "../oci/types.ts";

/** The whole Entrypoint of an image built from a definition file. */
export const DEFINITION_ENTRYPOINT: readonly string[] = ["/.singularity.d/runscript"];

/** True for an image built from a definition file, wherever it has been since. */
export function isDefinitionImage(config: RuntimeConfig | undefined): boolean {
  const entrypoint = config?.Entrypoint ?? [];
  return entrypoint.length === 1 && entrypoint[0] === DEFINITION_ENTRYPOINT[0];
}
