// Whether a key of the site signed what is read at a launch. Ed25519, which `berth gate` and its pages advise, goes by the runtime's web
// cryptography; other kinds by node:crypto, which takes a start two milliseconds to load.

import { type Envelope, preAuthEncoding } from "../signing/envelope.ts";

/** A public key as its file has it. */
export interface KeyText {
  readonly path: string;
  readonly pem: string;
}

type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

const PUBLIC_KEY = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/;

/** True when one of the keys made a signature of the envelope. @throws E_KEY_FILE */
export async function isSigned(envelope: Envelope, keys: readonly KeyText[]): Promise<boolean> {
  const others: KeyText[] = [];
  for (const one of keys) {
    const key = await ed25519Key(one.pem);
    if (!key) others.push(one);
    else if (await isSignedBy(key, envelope)) return true;
  }
  return others.length > 0 && (await isSignedByOthers(envelope, others));
}

// Undefined for keys of another kind, and for what is none.
async function ed25519Key(pem: string): Promise<Key | undefined> {
  const [, base64] = PUBLIC_KEY.exec(pem) ?? [];
  if (base64 === undefined) return undefined;
  return crypto.subtle
    .importKey("spki", Buffer.from(base64, "base64"), { name: "Ed25519" }, false, ["verify"])
    .catch(() => undefined);
}

async function isSignedBy(key: Key, { payloadType, payload, signatures }: Envelope): Promise<boolean> {
  const encoded = preAuthEncoding(payloadType, payload);
  for (const signature of signatures) if (await crypto.subtle.verify("Ed25519", key, signature, encoded)) return true;
  return false;
}

async function isSignedByOthers(envelope: Envelope, keys: readonly KeyText[]): Promise<boolean> {
  const { publicKey } = await import("../signing/pem-key.ts");
  const { envelopeSigner } = await import("../signing/dsse.ts");
  const read = keys.map(({ pem, path }) => publicKey(pem, path));
  return envelopeSigner(envelope, read) !== undefined;
}
