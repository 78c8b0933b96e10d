// A sigstore bundle, version 0.3, around one statement: "the image of this digest is signed". Made with a plain key, so
// without certificate and transparency log; cosign reads it with `verify --key`. Bytes in and out, no network.

import type { KeyObject } from "node:crypto";
import { type Digest, digestParts } from "../base/digest.ts";
import { asObject, asString, type JsonObject, jsonObject } from "../oci/json.ts";
import { envelopeSigner, signEnvelope } from "./dsse.ts";
import { parseEnvelope } from "./envelope.ts";
import { keyId, verifyBytes } from "./pem-key.ts";

/** Media type of a bundle, of its layer and of the artifact that carries it. */
export const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const OLD_BUNDLE_TYPE = /^application\/vnd\.dev\.sigstore\.bundle\+json;version=0\.[123]$/;
const STATEMENT_MEDIA = "application/vnd.in-toto+json";
const STATEMENT_TYPES = ["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"];
/** What a statement says when it is a signature; others (provenance, scans) are no approval of the image. */
export const SIGNED_PREDICATE = "https://sigstore.dev/cosign/sign/v1";

/** True for the media types under which bundles are stored. */
export function isBundleType(mediaType: string | undefined): boolean {
  return mediaType !== undefined && (mediaType === BUNDLE_TYPE || OLD_BUNDLE_TYPE.test(mediaType));
}

/** The bundle that says: whoever has this key signed the image of this digest. */
export function makeBundle(image: Digest, key: KeyObject): Buffer {
  const { algorithm, hex } = digestParts(image);
  const statement = {
    _type: STATEMENT_TYPES[0],
    subject: [{ digest: { [algorithm]: hex } }],
    predicateType: SIGNED_PREDICATE,
    predicate: {},
  };
  const envelope = signEnvelope(STATEMENT_MEDIA, Buffer.from(JSON.stringify(statement)), key);
  const bundle = {
    mediaType: BUNDLE_TYPE,
    verificationMaterial: { publicKey: { hint: keyId(key, "base64") } },
    dsseEnvelope: { ...envelope, signatures: envelope.signatures.map(({ sig }) => ({ sig })) },
  };
  return Buffer.from(JSON.stringify(bundle));
}

/** Whose signature of an image something is, or why it is none. */
export type Judgement =
  /** `named`: the reference that it says it is for; bundles say none. */
  | { readonly signer: KeyObject; readonly why?: undefined; readonly named?: string | undefined }
  | { readonly signer?: undefined; readonly why: string };

/** An image as signatures are checked against it. */
export interface SignedImage {
  readonly digest: Digest;
  /** The bytes that the digest is of. */
  readonly manifestBytes: Uint8Array;
}

/** Judges a bundle by keys that are trusted; what it says of its own key is no matter. */
export function judgeBundle(bytes: Uint8Array, image: SignedImage, keys: readonly KeyObject[]): Judgement {
  const bundle = jsonObject(bytes);
  if (!bundle || !isBundleType(asString(bundle["mediaType"]))) return { why: "it is no sigstore bundle" };
  if (bundle["messageSignature"] !== undefined) return judgeMessage(bundle, image, keys);
  const envelope = parseEnvelope(bundle["dsseEnvelope"]);
  if (!envelope) return { why: "it holds no envelope" };
  if (envelope.payloadType !== STATEMENT_MEDIA) return { why: `it holds ${envelope.payloadType}, no statement` };
  const signer = envelopeSigner(envelope, keys);
  if (!signer) return { why: "it was not made with a trusted key, or was changed" };
  const fault = statementFault(jsonObject(envelope.payload), image.digest);
  return fault === undefined ? { signer } : { why: fault };
}

function statementFault(statement: JsonObject | undefined, image: Digest): string | undefined {
  if (!STATEMENT_TYPES.includes(asString(statement?.["_type"]) ?? "")) return "it holds no in-toto statement";
  const predicate = asString(statement?.["predicateType"]);
  if (predicate !== SIGNED_PREDICATE) return `it states ${predicate ?? "nothing"}, which is no signature`;
  const { algorithm, hex } = digestParts(image);
  const subjects = statement?.["subject"];
  const named = Array.isArray(subjects) && subjects.some((s) => asObject(asObject(s)?.["digest"])?.[algorithm] === hex);
  return named ? undefined : "it is of another image";
}

// The other form that bundles have: a signature of the manifest's bytes themselves.
function judgeMessage(bundle: JsonObject, image: SignedImage, keys: readonly KeyObject[]): Judgement {
  const signature = Buffer.from(asString(asObject(bundle["messageSignature"])?.["signature"]) ?? "", "base64");
  const signer = keys.find((key) => verifyBytes(image.manifestBytes, signature, key));
  return signer ? { signer } : { why: "it was not made with a trusted key, or is of another image" };
}
