// `Fingerprints:`: the base must be signed by these keys before anything is taken from it.

import type { BaseSource } from "../types.ts";
import { failAt } from "./errors.ts";
import type { DefinitionJob } from "./job.ts";
import type { Stage } from "./recipe.ts";

/** Has the base's signatures checked when the stage asks for it. @throws E_SIGNATURE_KIND, E_SIGNATURE_NONE, what `verify` does */
export async function checkFingerprints(stage: Stage, base: BaseSource, { verify }: DefinitionJob): Promise<void> {
  const header = stage.headers.get("fingerprints");
  if (!header) return;
  const at = stage.at(header.range, "Fingerprints");
  if (base.kind !== "image" || base.source.kind !== "file") {
    throw failAt("E_SIGNATURE_KIND", at, { agent: stage.headers.get("bootstrap")?.value ?? "" });
  }
  const { path } = base.source;
  if (!verify) throw failAt("E_SIGNATURE_NONE", at, { path });
  await verify(
    path,
    header.value.split(/[\s,]+/).filter((word) => word !== ""),
  );
}
