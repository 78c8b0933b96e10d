// Signing and verifying DSSE envelopes.

import type { KeyObject } from "node:crypto";
import { type Envelope, preAuthEncoding } from "./envelope.ts";
import { signBytes, verifyBytes } from "./pem-key.ts";

/** A signed envelope as a plain record, ready for JSON. */
export function signEnvelope(payloadType: string, payload: Uint8Array, key: KeyObject) {
  const sig = signBytes(preAuthEncoding(payloadType, payload), key).toString("base64");
  return { payloadType, payload: Buffer.from(payload).toString("base64"), signatures: [{ keyid: "", sig }] };
}

/** The first of the keys with which a signature of the envelope was made. */
export function envelopeSigner(envelope: Envelope, keys: readonly KeyObject[]): KeyObject | undefined {
  const encoded = preAuthEncoding(envelope.payloadType, envelope.payload);
  return keys.find((key) => envelope.signatures.some((signature) => verifyBytes(encoded, signature, key)));
}
