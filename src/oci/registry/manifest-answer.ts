// Takes a manifest out of a registry's answer: bounded, verified against the digest that was asked for or that the
// registry itself claims, with the media type it was delivered as.

import { checkBytes, type Digest, digestOf, parseDigest } from "../../base/digest.ts";
import { fail as failImage } from "../errors.ts";
import { asString, jsonObject } from "../json.ts";
import type { Descriptor } from "../types.ts";
import { readBounded } from "./body.ts";
import { fail } from "./errors.ts";
import type { HttpResponse } from "./transport.ts";
import { wireFailure } from "./wire-failure.ts";

/** Words and bounds for one manifest. */
export interface ManifestBounds {
  readonly what: string;
  readonly host: string;
  /** Bytes. */
  readonly max: number;
}

/** @throws E_MANIFEST_SIZE, E_DIGEST_MISMATCH, E_REGISTRY_ANSWER */
export async function manifestFrom(
  response: HttpResponse,
  wanted: Digest | undefined,
  { what, host, max }: ManifestBounds,
): Promise<{ readonly descriptor: Descriptor; readonly bytes: Uint8Array }> {
  const bytes = await readBounded(response.body, max).catch((error: unknown) => {
    throw wireFailure(error, host);
  });
  if (bytes === undefined) throw failImage("E_MANIFEST_SIZE", { what, max });
  const claimed = wanted ?? headerDigest(response.headers["docker-content-digest"]);
  const digest = claimed ?? digestOf(bytes);
  checkBytes(bytes, { digest, size: bytes.length }, `the manifest of ${what} from ${host}`);
  const delivered = response.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  const document = jsonObject(bytes);
  if (document === undefined) throw fail("E_REGISTRY_ANSWER", { what, host, why: "it is not a manifest" });
  // Static file servers say text/plain or application/json; then the document itself is asked.
  const vague = delivered === undefined || !delivered.startsWith("application/vnd.");
  const mediaType = (vague ? asString(document["mediaType"]) : undefined) ?? delivered ?? "application/octet-stream";
  return { descriptor: { mediaType, digest, size: bytes.length }, bytes };
}

/** The digest a registry claims in a header; what is not a digest counts as none. */
export function headerDigest(header: string | undefined): Digest | undefined {
  try {
    return header === undefined ? undefined : parseDigest(header);
  } catch {
    return undefined;
  }
}
