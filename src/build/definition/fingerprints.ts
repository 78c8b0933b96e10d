// `Fingerprints:`: the base must be signed by these keys before anything is taken from it.

import { reasonOf } from "../../base/errors.ts";
import type { BaseSource, StepOrigin } from "../types.ts";
import { failAt } from "./errors.ts";
import type { DefinitionJob } from "./job.ts";
import type { Stage } from "./recipe.ts";

/** Has the base's signatures checked when the stage asks for it. @throws E_SIGNATURE_KIND, E_SIGNATURE */
export async function checkFingerprints(stage: Stage, base: BaseSource, job: DefinitionJob): Promise<void> {
  const header = stage.headers.get("fingerprints");
  if (!header) return;
  const at = stage.at(header.range, "Fingerprints");
  if (base.kind !== "image" || base.source.kind !== "file") {
    throw failAt("E_SIGNATURE_KIND", at, { agent: stage.headers.get("bootstrap")?.value ?? "" });
  }
  const { path } = base.source;
  const signers = await signersOf(path, job, at);
  const wanted = header.value.split(/[\s,]+/).filter((word) => word !== "");
  const missing = wanted.filter((word) => !signers.includes(word.replace(/^0x/i, "").toUpperCase()));
  if (missing.length === 0) return;
  throw failAt("E_SIGNATURE", at, { why: `signature not found: ${path} is not signed by ${missing.join(", ")}` });
}

async function signersOf(path: string, { signedBy }: DefinitionJob, at: StepOrigin): Promise<readonly string[]> {
  try {
    return signedBy ? await signedBy(path) : [];
  } catch (error) {
    throw failAt("E_SIGNATURE", at, { why: reasonOf(error) }, { cause: error });
  }
}
