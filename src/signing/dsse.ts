// DSSE envelopes (secure-systems-lab/dsse protocol.md, version 1): a payload, its type, and signatures over both.

import type { KeyObject } from "node:crypto";
import { asObject, asString, jsonObject } from "../oci/json.ts";
import { signBytes, verifyBytes } from "./pem-key.ts";

/** An envelope, decoded. */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Buffer;
  readonly signatures: readonly Buffer[];
}

/** More signatures than this are not looked at. */
const MAX_SIGNATURES = 100;

/** What a signature of an envelope is made over: type and payload, each with its length before it. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** A signed envelope as a plain record, ready for JSON. */
export function signEnvelope(payloadType: string, payload: Uint8Array, key: KeyObject) {
  const sig = signBytes(preAuthEncoding(payloadType, payload), key).toString("base64");
  return { payloadType, payload: Buffer.from(payload).toString("base64"), signatures: [{ keyid: "", sig }] };
}

/** The envelope that JSON bytes or a parsed object describe; undefined when they describe none. */
export function parseEnvelope(source: Uint8Array | unknown): Envelope | undefined {
  const object = source instanceof Uint8Array ? jsonObject(source) : asObject(source);
  const payloadType = asString(object?.["payloadType"]);
  const payload = asString(object?.["payload"]);
  const list = object?.["signatures"];
  if (payloadType === undefined || payload === undefined || !Array.isArray(list)) return undefined;
  const signatures = list.slice(0, MAX_SIGNATURES).flatMap((entry) => {
    const sig = asString(asObject(entry)?.["sig"]);
    return sig === undefined ? [] : [Buffer.from(sig, "base64")];
  });
  return { payloadType, payload: Buffer.from(payload, "base64"), signatures };
}

/** The first of the keys with which a signature of the envelope was made. */
export function envelopeSigner(envelope: Envelope, keys: readonly KeyObject[]): KeyObject | undefined {
  const encoded = preAuthEncoding(envelope.payloadType, envelope.payload);
  return keys.find((key) => envelope.signatures.some((signature) => verifyBytes(encoded, signature, key)));
}
