// What `berth scan` looks at: the packages that an image has, or that a bill of materials lists.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { EngineInput } from "../advisories/engines/engines.ts";
import { auditSource } from "../audit/audit-source.ts";
import { readBill } from "../audit/sbom/read-bill.ts";
import type { Catalogue } from "../audit/types.ts";
import { defineErrors, reasonOf } from "../base/errors.ts";
import { type ImageSource, parseImageUri } from "../oci/uri.ts";
import type { Context } from "./context.ts";
import { pullRequest, withCache } from "./image-source.ts";
import type { ScanFlags } from "./scan.ts";

const fail = defineErrors({
  E_SCAN_TARGET: {
    text: "{target} cannot be read: {why}",
    hint: "name an image, a SIF file or a bill of materials",
    exit: 2,
  },
});

/** A catalogue and what it is of. */
export interface ScannedThing {
  readonly catalogue: Catalogue;
  /** Of the image, where it is known. */
  readonly digest: string | undefined;
  /** As the person named it. */
  readonly name: string;
  /** The file that other engines can look at. */
  readonly input: EngineInput | undefined;
}

/** Finds out what is installed. @throws E_SCAN_TARGET, E_SBOM_…, E_AUDIT_…, and what getting the image makes fail */
export async function scannedThing(target: string, flags: ScanFlags, context: Context): Promise<ScannedThing> {
  const source = parseImageUri(target);
  if (source.kind === "file" && (flags.sbom || source.path.endsWith(".json"))) return await listed(source.path, target);
  if (flags.sbom) throw fail("E_SCAN_TARGET", { target, why: "it is no file" });
  return await withCache(flags, context, async (cache) => {
    const request = await pullRequest(source, flags, "newer", cache, context);
    try {
      const { catalogue, digest } = await auditSource(request, { name: target });
      const unread = {
        distribution: undefined,
        packages: [],
        gaps: [{ path: target, why: "nobody looked at its files" }],
      };
      return { catalogue: catalogue ?? unread, digest, name: target, input: inputOf(source) };
    } finally {
      await request.end();
    }
  });
}

async function listed(path: string, target: string): Promise<ScannedThing> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw fail("E_SCAN_TARGET", { target, why: reasonOf(cause) }, { cause });
  });
  // Whole, so that no engine takes it for a flag.
  const input = { kind: "sbom", path: resolve(path) } as const;
  return { catalogue: readBill(bytes, target), digest: undefined, name: target, input };
}

function inputOf(source: ImageSource): EngineInput | undefined {
  if (source.kind === "docker-archive") return { kind: "archive", path: source.path };
  return source.kind === "file" && source.path.endsWith(".sif") ? { kind: "sif", path: source.path } : undefined;
}
