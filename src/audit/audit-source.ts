// From what somebody names to what is known of it: images of registries, layouts and archives by their layers, files and
// folders as they are. Layers that are known are not even fetched.

import { type PullRequest, pullImage } from "../oci/pull.ts";
import { pullFile } from "../oci/pull-file.ts";
import { withHealing } from "../oci/store/healing.ts";
import { auditFile } from "./audit-file.ts";
import { type AuditOptions, auditConfig, auditImage } from "./audit-image.ts";
import { fail } from "./errors.ts";
import { recordCache } from "./record-cache.ts";
import type { AuditedImage } from "./types.ts";

/** Which of what is known of an image somebody wants to hear. */
export interface SourceAudit extends Omit<AuditOptions, "cache" | "log" | "progress" | "signal" | "now"> {
  /** As people named it. */
  readonly name: string;
  /** Only configuration, history and layers, without a look at files; of files and folders everything is looked at. */
  readonly light?: boolean | undefined;
}

/** Gets an image without converting it, and looks through it. @throws E_AUDIT_…, and what getting it makes fail */
export async function auditSource(request: PullRequest, wish: SourceAudit): Promise<AuditedImage> {
  const { cache, log, progress, signal, source } = request;
  const records = recordCache(cache.root, log);
  const options: AuditOptions = { ...wish, cache: records, log, progress, signal, now: request.now() };
  if (source.kind === "file") return auditFile(source.path, options, wish.name);
  if (source.kind === "instance") throw fail("E_AUDIT_SOURCE", { name: wish.name, what: "an instance" });
  const path = await pullFile(request);
  if (path !== undefined) return auditFile(path, options, wish.name);
  const pulled = await pullImage(request);
  const { image, blobs } = pulled;
  try {
    const subject = { name: wish.name, image, blobs };
    if (wish.light) return auditConfig(subject, wish.bases);
    const damaged = () => blobs.damaged(image.manifest.layers);
    return await withHealing({ damaged, signal }, () => auditImage(subject, options));
  } finally {
    await blobs.close();
  }
}
