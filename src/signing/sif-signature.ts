// The content of one signature object: an OpenPGP clear-signed message or a DSSE envelope around a statement. Opens it
// with the keys at hand; what the statement says is checked elsewhere.

import type { KeyObject } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import type { BerthError } from "../base/errors.ts";
import { readObject } from "../image/sif/read.ts";
import type { SifRecord } from "../image/sif/table.ts";
import { envelopeSigner } from "./dsse.ts";
import { parseEnvelope } from "./envelope.ts";
import { fail } from "./errors.ts";
import { keyId } from "./pem-key.ts";
import { checkClear, fingerprintOf, looksClearSigned, nameOf, type PgpKey } from "./pgp.ts";
import type { TrustedKeys } from "./verify-sif.ts";

/** Media type of a statement in an envelope. */
export const STATEMENT_TYPE = "application/vnd.sylabs.sif-metadata+json";

/** Who made a signature. */
export type Signer =
  | {
      readonly kind: "pgp";
      /** Of the primary key; 40 upper-case hexadecimal digits. */
      readonly fingerprint: string;
      readonly name: string;
      /** The key came from a key server, not from the keyring. */
      readonly remote: boolean;
    }
  /** SHA-256 of the public key in DER, hexadecimal. */
  | { readonly kind: "key"; readonly id: string };

export type SignatureForm = "pgp" | "dsse" | "unknown";

/** A signature object, read. */
export interface ReadSignature {
  readonly id: number;
  readonly content: Buffer;
  readonly record: SifRecord;
  readonly form: SignatureForm;
}

/** What was signed, when somebody known did; else why not. */
export type OpenedSignature =
  | { readonly text: string; readonly signer: Signer; readonly failure: undefined }
  | { readonly text?: undefined; readonly signer: Signer | undefined; readonly failure: BerthError };

/** Bytes; real ones have a few thousand. */
const MAX_SIGNATURE = 1024 * 1024;

/** The content of a signature object. @throws E_SIGNATURE_FORM, E_SIF_TRUNCATED */
export async function signatureContent(handle: FileHandle, { descriptor }: SifRecord, path: string): Promise<Buffer> {
  if (descriptor.size > MAX_SIGNATURE) throw fail("E_SIGNATURE_FORM", { id: descriptor.id });
  return readObject(handle, descriptor, path);
}

/** Which form the content has. */
export function signatureForm(content: Uint8Array): SignatureForm {
  if (looksClearSigned(content)) return "pgp";
  return parseEnvelope(content)?.payloadType === STATEMENT_TYPE ? "dsse" : "unknown";
}

/** The fingerprint that a signature's descriptor claims; undefined when it claims none. */
function claimedFingerprint({ bytes }: SifRecord): string | undefined {
  const entity = bytes.subarray(205, 225);
  return entity.every((byte) => byte === 0) ? undefined : entity.toString("hex").toUpperCase();
}

/** Opens a signature. */
export async function openSignature(signature: ReadSignature, keys: TrustedKeys, now: Date): Promise<OpenedSignature> {
  const { id, form } = signature;
  if (form === "pgp") {
    if (keys.pgp) return openPgpSignature(signature, keys, now);
    const cure = "verify without --key and --certificate to use the OpenPGP keyring";
    return { signer: undefined, failure: fail("E_SIGNER_NEEDED", { id, form: "OpenPGP", cure }) };
  }
  if (form === "unknown") return { signer: undefined, failure: fail("E_SIGNATURE_FORM", { id }) };
  if (keys.plain) return openEnvelope(signature, keys.plain);
  const cure = "give the signer's public key with --key FILE.pem, or the certificate with --certificate";
  return { signer: undefined, failure: fail("E_SIGNER_NEEDED", { id, form: "PEM or X.509", cure }) };
}

function openEnvelope({ id, content }: ReadSignature, keys: readonly KeyObject[]): OpenedSignature {
  const envelope = parseEnvelope(content);
  const key = envelope && envelopeSigner(envelope, keys);
  if (!envelope || !key) {
    const why = "it was not made with the given key, or was changed";
    return { signer: undefined, failure: fail("E_SIGNATURE_INVALID", { id, why }) };
  }
  return { text: envelope.payload.toString("utf8"), signer: { kind: "key", id: keyId(key) }, failure: undefined };
}

async function openPgpSignature(signature: ReadSignature, keys: TrustedKeys, now: Date): Promise<OpenedSignature> {
  const { id, content, record } = signature;
  const message = content.toString("utf8");
  const claimed = claimedFingerprint(record);
  let checked = await checkClear(message, keys.pgp ?? [], now);
  let fetched: readonly PgpKey[] = [];
  if (checked.kind === "unknown" && keys.findPgp) {
    fetched = await keys.findPgp(claimed ?? checked.keyId);
    if (fetched.length > 0) checked = await checkClear(message, fetched, now);
  }
  if (checked.kind === "unknown") {
    return { signer: undefined, failure: fail("E_SIGNER_UNKNOWN", { id, signer: claimed ?? checked.keyId }) };
  }
  if (checked.kind === "invalid")
    return { signer: undefined, failure: fail("E_SIGNATURE_INVALID", { id, why: checked.why }) };
  const { key } = checked;
  const fingerprint = fingerprintOf(key);
  const signer: Signer = { kind: "pgp", fingerprint, name: await nameOf(key, now), remote: fetched.includes(key) };
  if (checked.kind === "key")
    return { signer, failure: fail("E_SIGNER_KEY", { id, signer: fingerprint, why: checked.why }) };
  // Policies and lists go by the descriptor: it must not name somebody else.
  if (claimed !== fingerprint) {
    const why = `it is of ${fingerprint}, but its descriptor names ${claimed ?? "nobody"}`;
    return { signer, failure: fail("E_SIGNATURE_INVALID", { id, why }) };
  }
  return { text: checked.text, signer, failure: undefined };
}
