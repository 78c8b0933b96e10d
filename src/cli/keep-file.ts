// A SIF file of a registry, fetched before a build takes anything from it, so that its signatures can be looked at.

import type { DefinitionJob } from "../build/definition/job.ts";
import type { Cache } from "../oci/store/cache.ts";
import type { BuildValues } from "./build-jobs.ts";
import type { Context } from "./context.ts";
import { pullRequest } from "./image-source.ts";

/** Fetches into the cache; the answered source names the fetched file by its digest. */
export function keepFiles(values: BuildValues, cache: Cache, context: Context): NonNullable<DefinitionJob["keepFile"]> {
  return async (source) => {
    const { pullSif } = await import("../oci/fetch/sif-artifact.ts");
    const request = await pullRequest(source, values, "newer", cache, context);
    try {
      const { path, root } = await pullSif({ ...request, reference: source.reference });
      return { path, source: { ...source, reference: { ...source.reference, digest: root.digest } } };
    } finally {
      await request.end();
    }
  };
}
