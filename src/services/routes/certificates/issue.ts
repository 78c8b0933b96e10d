// Writes and signs certificates for the site's own authority (RFC 5280): P-256 keys, SHA-256. Node can read certificates and
// not make them; this is the part that lacks. Nothing from outside is parsed here. Pure but for random numbers.

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import { isIP } from "node:net";
import { bits, der, integer, octets, oid, sequence, set, time, truth, utf8 } from "./der.ts";

/** PEM of both. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

interface Content {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly from: number;
  readonly to: number;
  readonly extensions: readonly Buffer[];
}

const ECDSA_SHA256 = sequence(oid("1.2.840.10045.4.3.2"));

/** A root: signs others, itself signed by itself. Times in seconds since 1970. */
export function issueRoot(name: string, from: number, to: number): Issued {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const extensions = [
    extension("2.5.29.19", true, sequence(truth(), integer(Buffer.from([0])))),
    // keyCertSign and cRLSign: bits 5 and 6.
    extension("2.5.29.15", true, bits(Buffer.from([0b0000_0110]), 1)),
    extension("2.5.29.14", false, octets(keyId(pair.publicKey))),
  ];
  const { publicKey, privateKey: signer } = pair;
  return {
    certificate: signed({ subject: name, issuer: name, publicKey, signer, from, to, extensions }),
    key: pem(pair.privateKey),
  };
}

/** A server's certificate for these hosts (names, `*.` names, addresses). */
export function issueLeaf(
  hosts: readonly string[],
  root: Issued & { readonly name: string },
  from: number,
  to: number,
): Issued {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signer = createPrivateKey(root.key);
  const extensions = [
    extension("2.5.29.19", true, sequence()),
    extension("2.5.29.15", true, bits(Buffer.from([0b1000_0000]), 7)),
    extension("2.5.29.37", false, sequence(oid("1.3.6.1.5.5.7.3.1"))),
    extension("2.5.29.35", false, sequence(der(0x80, keyId(createPublicKey(signer))))),
    // The subject is empty (names may be longer than it allows), so the names are critical (RFC 5280, 4.2.1.6).
    extension("2.5.29.17", true, sequence(...hosts.map(nameOf))),
  ];
  const { publicKey } = pair;
  return {
    certificate: signed({ subject: "", issuer: root.name, publicKey, signer, from, to, extensions }),
    key: pem(pair.privateKey),
  };
}

function signed({ subject, issuer, publicKey, signer, from, to, extensions }: Content): string {
  const serial = randomBytes(16);
  // Neither zero nor negative, and never shorter than it looks.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const content = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    ECDSA_SHA256,
    distinguished(issuer),
    sequence(time(from), time(to)),
    distinguished(subject),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  const whole = sequence(content, ECDSA_SHA256, bits(sign("sha256", content, signer)));
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function distinguished(name: string): Buffer {
  return name === "" ? sequence() : sequence(set(sequence(oid("2.5.4.3"), utf8(name))));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [truth()] : []), octets(value));
}

function nameOf(host: string): Buffer {
  const family = isIP(host);
  if (family === 0) return der(0x82, Buffer.from(host, "latin1"));
  return der(0x87, family === 4 ? Buffer.from(host.split(".").map(Number)) : bytesOf6(host));
}

function bytesOf6(address: string): Buffer {
  // The URL parser writes every IPv6 address in one form.
  const plain = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = "", tail] = plain.split("::");
  const words = (part: string) => (part === "" ? [] : part.split(":").map((word) => Number.parseInt(word, 16)));
  const [before, after] = [words(head), words(tail ?? "")];
  const all = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 0xff]));
}

function keyId(key: KeyObject): Buffer {
  return createHash("sha1")
    .update(key.export({ type: "spki", format: "der" }))
    .digest();
}

function pem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
