// Signatures in the form of notation (notary project specification, JWS envelope): a JSON web signature over the image's descriptor,
// with the signer's certificates in it. Verified by authorities of the site, offline. Revocation and timestamps are not asked about,
// so a certificate has to be valid now. Read, never written.

import { constants, type KeyObject, verify, X509Certificate } from "node:crypto";
import type { Digest } from "../base/digest.ts";
import { BerthError } from "../base/errors.ts";
import { asObject, asString, asStrings, type JsonObject, jsonObject } from "../oci/json.ts";
import { trustedCertificateKey } from "./x509.ts";

/** Artifact type of such signatures. */
export const NOTATION_TYPE = "application/vnd.cncf.notary.signature";
/** Media type of the layer that is read here; the other form (COSE) is not. */
export const NOTATION_JWS = "application/jose+json";

const PAYLOAD_TYPE = "application/vnd.cncf.notary.payload.v1+json";
const SCHEME = "io.cncf.notary.signingScheme";
const EXPIRY = "io.cncf.notary.expiry";
const AUTHENTIC_TIME = "io.cncf.notary.authenticSigningTime";
const SCHEMES = ["notary.x509", "notary.x509.signingAuthority"];
const UNDERSTOOD = [SCHEME, EXPIRY, AUTHENTIC_TIME];
const MAX_CERTIFICATES = 10;

/** What a signature is held against. */
export interface NotationTrust {
  /** Authorities of the site. */
  readonly roots: readonly X509Certificate[];
  readonly now: Date;
}

/** The signer's name, or why the signature counts for nothing. */
export type NotationJudgement =
  | { readonly signer: string; readonly why?: undefined }
  | { readonly signer?: undefined; readonly why: string };

/** Judges an envelope. */
export function judgeNotation(bytes: Uint8Array, image: Digest, trust: NotationTrust): NotationJudgement {
  const envelope = jsonObject(bytes);
  const header = decoded(envelope?.["protected"]);
  const payload = decoded(envelope?.["payload"]);
  if (!envelope || !header || !payload) return { why: "it is no signature of notation" };
  const odd = headerFault(header, trust.now);
  if (odd !== undefined) return { why: odd };
  const chain = certificatesOf(envelope);
  const [leaf, ...intermediates] = chain ?? [];
  if (!leaf) return { why: "it carries no certificate" };
  let key: KeyObject;
  try {
    key = trustedCertificateKey(leaf, { ...trust, intermediates });
  } catch (error) {
    if (error instanceof BerthError) return { why: error.message };
    throw error;
  }
  if (!isSigned(envelope, asString(header["alg"]) ?? "", key))
    return { why: "it was changed, or made with another key than its certificate's" };
  if (asString(asObject(payload["targetArtifact"])?.["digest"]) !== image) return { why: "it is of another image" };
  return { signer: leaf.subject.replaceAll("\n", ", ") };
}

// A header that is marked as critical and not understood may take everything back.
function headerFault(header: JsonObject, now: Date): string | undefined {
  const critical = asStrings(header["crit"]) ?? [];
  const strange = critical.find((name) => !UNDERSTOOD.includes(name) || header[name] === undefined);
  if (strange !== undefined) return `its critical header ${strange.slice(0, 80)} is not understood`;
  const scheme = asString(header[SCHEME]);
  if (header["cty"] !== PAYLOAD_TYPE) return "it is of something else than an image";
  if (scheme === undefined || !SCHEMES.includes(scheme) || !critical.includes(SCHEME))
    return "its signing scheme is not known";
  if (header[EXPIRY] === undefined) return undefined;
  const expiry = Date.parse(String(header[EXPIRY]));
  if (!critical.includes(EXPIRY) || !Number.isFinite(expiry)) return "its end is not said properly";
  return expiry <= now.getTime() ? `it ended on ${new Date(expiry).toISOString().slice(0, 10)}` : undefined;
}

function certificatesOf(envelope: JsonObject): readonly X509Certificate[] | undefined {
  const chain = asStrings(asObject(envelope["header"])?.["x5c"]);
  if (!chain || chain.length > MAX_CERTIFICATES) return undefined;
  try {
    return chain.map((text) => new X509Certificate(Buffer.from(text, "base64")));
  } catch {
    return undefined;
  }
}

function isSigned(envelope: JsonObject, algorithm: string, key: KeyObject): boolean {
  const [head, payload, signature] = ["protected", "payload", "signature"].map(
    (part) => asString(envelope[part]) ?? "",
  );
  const hash = algorithm === algorithmOf(key) ? HASHES[algorithm.slice(2)] : undefined;
  if (hash === undefined || !signature) return false;
  const form = algorithm.startsWith("PS")
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { key, dsaEncoding: "ieee-p1363" as const };
  try {
    return verify(hash, Buffer.from(`${head}.${payload}`), form, Buffer.from(signature, "base64url"));
  } catch {
    return false;
  }
}

const HASHES: Readonly<Record<string, string>> = { "256": "sha256", "384": "sha384", "512": "sha512" };
const CURVES: Readonly<Record<string, string>> = { prime256v1: "ES256", secp384r1: "ES384", secp521r1: "ES512" };
const SIZES: ReadonlyMap<number, string> = new Map([
  [2048, "PS256"],
  [3072, "PS384"],
  [4096, "PS512"],
]);

// The specification leaves no choice: the key decides, so that nobody can ask for a weaker way.
function algorithmOf({ asymmetricKeyType: kind, asymmetricKeyDetails: details }: KeyObject): string | undefined {
  if (kind === "ec") return CURVES[details?.namedCurve ?? ""];
  return kind === "rsa" ? SIZES.get(details?.modulusLength ?? 0) : undefined;
}

function decoded(part: unknown): JsonObject | undefined {
  return typeof part === "string" ? jsonObject(Buffer.from(part, "base64url")) : undefined;
}
