// Cosign's older form: a small JSON document that names the image's digest, and a signature over its bytes in an
// annotation beside it. Read, never written. No network.

import type { KeyObject } from "node:crypto";
import type { Digest } from "../base/digest.ts";
import { asObject, asString, jsonObject } from "../oci/json.ts";
import { verifyBytes } from "./pem-key.ts";
import type { Judgement } from "./sigstore-bundle.ts";

/** Media type of the document. */
export const SIMPLE_SIGNING_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";
/** The annotation of its descriptor that holds the signature in base64. */
export const SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature";
const DOCUMENT_TYPE = "cosign container image signature";

/** Judges a document and its signature by keys that are trusted. */
export function judgeSimpleSigning(
  payload: Uint8Array,
  signature: string | undefined,
  image: Digest,
  keys: readonly KeyObject[],
): Judgement {
  if (signature === undefined) return { why: "it carries no signature" };
  const bytes = Buffer.from(signature, "base64");
  const signer = keys.find((key) => verifyBytes(payload, bytes, key));
  if (!signer) return { why: "it was not made with a trusted key, or was changed" };
  const critical = asObject(jsonObject(payload)?.["critical"]);
  if (critical?.["type"] !== DOCUMENT_TYPE) return { why: "it is no signature of an image" };
  if (asObject(critical["image"])?.["docker-manifest-digest"] !== image) return { why: "it is of another image" };
  return { signer, named: asString(asObject(critical["identity"])?.["docker-reference"]) ?? "" };
}
