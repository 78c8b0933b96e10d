// The passphrase of an image that was encrypted for an RSA key. The SIF file holds it beside the partition: PEM "MESSAGE",
// inside an ASN.1 octet string, inside RSA-OAEP with SHA-256, in pieces of the key's size when it is long.

import { constants, createPrivateKey, type KeyObject, privateDecrypt } from "node:crypto";
import { reasonOf } from "../../base/errors.ts";
import { fail } from "./errors.ts";

const ARMOUR = /-----BEGIN MESSAGE-----([A-Za-z0-9+/=\s]*)-----END MESSAGE-----/;

/** A private key's PEM text, and what to call it. */
export interface PrivateKey {
  readonly name: string;
  readonly pem: string;
}

/** The passphrase in the message of the image `path`. @throws E_DECRYPT_PEM, E_DECRYPT_WRONG, E_DECRYPT_FORM */
export function openMessage(message: string, key: PrivateKey, path: string): string {
  const secret = readKey(key);
  const sealed = unpack(message, path);
  const step = (secret.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  if (sealed.length === 0 || sealed.length % step !== 0)
    throw fail("E_DECRYPT_WRONG", {
      path,
      why: "it was encrypted for an RSA key of another size",
      hint: `${key.name} is not the key it was encrypted for`,
    });
  try {
    const padding = { key: secret, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
    const parts: Buffer[] = [];
    for (let at = 0; at < sealed.length; at += step)
      parts.push(privateDecrypt(padding, sealed.subarray(at, at + step)));
    return Buffer.concat(parts).toString("utf8");
  } catch {
    // OpenSSL's words say nothing about images.
    throw fail("E_DECRYPT_WRONG", {
      path,
      why: `${key.name} does not open it`,
      hint: "give the private key that belongs to the public key it was encrypted for",
    });
  }
}

function readKey({ name, pem }: PrivateKey): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    const why = /PUBLIC KEY/.test(pem) ? "it is a public key" : reasonOf(error);
    throw fail("E_DECRYPT_PEM", { path: name, why });
  }
  if (key.asymmetricKeyType !== "rsa") throw fail("E_DECRYPT_PEM", { path: name, why: "it is not an RSA key" });
  return key;
}

// DER: 04, a length in one or more bytes, the bytes themselves.
function unpack(message: string, path: string): Buffer {
  const der = Buffer.from(ARMOUR.exec(message)?.[1] ?? "", "base64");
  const first = der[1] ?? 0;
  const more = first < 0x80 ? 0 : first & 0x7f;
  const start = 2 + more;
  if (der[0] !== 0x04 || more > 3 || der.length < start) throw damaged(path);
  const length = more === 0 ? first : der.readUIntBE(2, more);
  if (der.length !== start + length) throw damaged(path);
  return der.subarray(start);
}

function damaged(path: string): Error {
  return fail("E_DECRYPT_FORM", { path, what: "the message with its key is damaged" });
}
