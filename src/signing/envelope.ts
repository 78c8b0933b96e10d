// DSSE envelopes (secure-systems-lab/dsse protocol.md, version 1) without their keys: a payload, its type, and signatures over both.
// Every launch on a machine that demands verdicts reads one, so that nothing is loaded with this but JSON.

import { asObject, asString, jsonObject } from "../oci/json.ts";

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
