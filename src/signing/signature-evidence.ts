// What was found of an image's signatures, as data that can be kept: the signatures themselves and not a word on them, so that they are
// judged offline, and again when the site's keys or the time have changed. Pure; where they come from is collect-signatures.ts.

import type { KeyObject, X509Certificate } from "node:crypto";
import { type Digest, digestOf } from "../base/digest.ts";
import { asString, jsonObject } from "../oci/json.ts";
import { parseManifest } from "../oci/manifest.ts";
import { parseEnvelope } from "./envelope.ts";
import { judgeNotation } from "./notation.ts";
import { keyId } from "./pem-key.ts";
import { judgeBundle, SIGNED_PREDICATE, type SignedImage } from "./sigstore-bundle.ts";
import { judgeSimpleSigning } from "./simple-signing.ts";

/** One signature as it lay beside its image. */
export interface FoundSignature {
  readonly kind: "cosign" | "bundle" | "notation";
  /** What it lay beside: the image, or a list that names it. */
  readonly of: Digest;
  /** Its bytes in base64; empty when there are none that could be had, and `fault` says why. */
  readonly content: string;
  /** Cosign's older form keeps the signature outside of what it signs. */
  readonly signature?: string | undefined;
  readonly fault?: string | undefined;
}

/** A signature that was judged where the file was, which nobody reads again. */
export interface JudgedSignature {
  readonly kind: "cosign" | "bundle" | "notation" | "pgp" | "site";
  readonly valid: boolean;
  readonly signer: string | undefined;
  readonly reason: string | undefined;
}

/** Everything that was found about one image. */
export interface CollectedSignatures {
  /** Documents that signatures can be of: the image's manifest, a list that names it. Base64. */
  readonly documents: readonly string[];
  readonly found: readonly FoundSignature[];
  /** Of files: judged on the spot. */
  readonly judged: readonly JudgedSignature[];
  /** Why there may be more; undefined: that is all there is. */
  readonly unread?: string | undefined;
}

/** Whom the site trusts. */
export interface SignatureTrust {
  readonly keys: readonly KeyObject[];
  /** Authorities of notation's signers. */
  readonly roots: readonly X509Certificate[];
  readonly now: Date;
}

/** What signatures come to; `unread` says what is not known of them. */
export interface JudgedSignatures {
  readonly signatures: readonly JudgedSignature[];
  readonly unread: string | undefined;
}

/** Nothing, and nobody knows whether that is all. */
export function unreadSignatures(why: string): CollectedSignatures {
  return { documents: [], found: [], judged: [], unread: why };
}

/** Judges what was found about the image of this digest; a file without one carries its signatures itself. */
export function judgeSignatures(
  { documents, found, judged, unread }: CollectedSignatures,
  image: string | undefined,
  trust: SignatureTrust,
): JudgedSignatures {
  const subjects = subjectsOf(documents, image);
  const own = found.filter((one) => !isAttestation(one));
  const askable = own.filter(({ kind }) => (kind === "notation" ? trust.roots : trust.keys).length > 0);
  const left = own.length - askable.length;
  const signatures = [...judged, ...askable.map((one) => judgeOne(one, image, subjects, trust))];
  return { signatures, unread: left > 0 ? keyless(left, unread) : unread };
}

function keyless(count: number, unread: string | undefined): string {
  const why = `${count} of its signatures cannot be checked, for the site names no key of that kind`;
  return unread === undefined ? why : `${why}; ${unread}`;
}

// A list counts as far as it names the image: whoever signs by a tag signs the list of all platforms.
function subjectsOf(documents: readonly string[], image: string | undefined): ReadonlyMap<Digest, SignedImage> {
  const subjects = new Map<Digest, SignedImage>();
  for (const text of documents) {
    const manifestBytes = Buffer.from(text, "base64");
    const digest = digestOf(manifestBytes);
    if (digest === image || names(manifestBytes, image)) subjects.set(digest, { digest, manifestBytes });
  }
  return subjects;
}

function names(bytes: Uint8Array, image: string | undefined): boolean {
  try {
    const list = parseManifest(bytes, undefined, "a list");
    return list.kind === "index" && list.manifests.some(({ digest }) => digest === image);
  } catch {
    return false;
  }
}

function judgeOne(
  { kind, of, content, signature, fault }: FoundSignature,
  image: string | undefined,
  subjects: ReadonlyMap<Digest, SignedImage>,
  trust: SignatureTrust,
): JudgedSignature {
  const bad = (reason: string): JudgedSignature => ({ kind, valid: false, signer: undefined, reason });
  if (fault !== undefined) return bad(fault);
  const subject = subjects.get(of) ?? (of === image ? { digest: of, manifestBytes: Buffer.alloc(0) } : undefined);
  if (!subject) return bad("it is of another image");
  const bytes = Buffer.from(content, "base64");
  if (kind === "notation") {
    const { signer, why } = judgeNotation(bytes, of, trust);
    return signer === undefined ? bad(why ?? "") : { kind, valid: true, signer, reason: undefined };
  }
  const { keys } = trust;
  const told = kind === "bundle" ? judgeBundle(bytes, subject, keys) : judgeSimpleSigning(bytes, signature, of, keys);
  return told.signer ? { kind, valid: true, signer: keyId(told.signer), reason: undefined } : bad(told.why);
}

// Provenance and scans lie beside images in the same form; they approve of nothing, and so their signer need not be known.
function isAttestation({ kind, content }: FoundSignature): boolean {
  if (kind !== "bundle" || content === "") return false;
  const envelope = parseEnvelope(jsonObject(Buffer.from(content, "base64"))?.["dsseEnvelope"]);
  const predicate = envelope && asString(jsonObject(envelope.payload)?.["predicateType"]);
  return predicate !== undefined && predicate !== SIGNED_PREDICATE;
}
