// `Fingerprints:`: the base must be signed by these keys before anything is taken from it.

import { reasonOf } from "../../base/errors.ts";
import { formatReference } from "../../oci/reference.ts";
import type { ImageSource } from "../../oci/uri.ts";
import type { BaseSource, StepOrigin } from "../types.ts";
import { failAt } from "./errors.ts";
import type { DefinitionJob, KeptFile } from "./job.ts";
import type { Stage } from "./recipe.ts";

/**
 * Has the base's signatures checked when the stage asks for it; answers the source that was checked, which a tag that
 * moves meanwhile does not change. @throws E_SIGNATURE_KIND, E_SIGNATURE
 */
export async function checkFingerprints(stage: Stage, base: BaseSource, job: DefinitionJob): Promise<BaseSource> {
  const header = stage.headers.get("fingerprints");
  if (!header) return base;
  const at = stage.at(header.range, "Fingerprints");
  const file = base.kind === "image" ? await fileOf(base.source, job) : undefined;
  if (!file) throw failAt("E_SIGNATURE_KIND", at, { agent: stage.headers.get("bootstrap")?.value ?? "" });
  const signers = await signersOf(file.path, job, at);
  const wanted = header.value.split(/[\s,]+/).filter((word) => word !== "");
  if (wanted.length === 0)
    throw failAt("E_SIGNATURE", at, { why: "no fingerprint is named that the base must be signed by" });
  const missing = wanted.filter((word) => !signers.includes(word.replace(/^0x/i, "").toUpperCase()));
  if (missing.length === 0) return { ...base, kind: "image", source: file.source };
  const name = "reference" in file.source ? formatReference(file.source.reference) : file.path;
  throw failAt("E_SIGNATURE", at, { why: `signature not found: ${name} is not signed by ${missing.join(", ")}` });
}

async function fileOf(source: ImageSource, job: DefinitionJob): Promise<KeptFile | undefined> {
  if (source.kind === "file") return { path: source.path, source };
  return source.kind === "oras" ? job.keepFile?.(source) : undefined;
}

async function signersOf(path: string, { signedBy }: DefinitionJob, at: StepOrigin): Promise<readonly string[]> {
  try {
    return signedBy ? await signedBy(path) : [];
  } catch (error) {
    throw failAt("E_SIGNATURE", at, { why: reasonOf(error) }, { cause: error });
  }
}
