// A self-signed certificate for a P-256 key: the form in which a Distribution registry is told whose tokens it trusts.
// Nothing in it is secret, and nobody but that registry trusts it.

import { createPublicKey, type KeyObject, randomBytes, sign } from "node:crypto";
import { bits, boolean, der, integer, octets, oid, sequence, set, text, time } from "./der.ts";

const ECDSA_SHA256 = sequence(oid("1.2.840.10045.4.3.2"));
const COMMON_NAME = oid("2.5.4.3");
const BASIC_CONSTRAINTS = oid("2.5.29.19");

/** The certificate as PEM, valid from a day before `now` (milliseconds) for twenty years. */
export function ownCertificate(key: KeyObject, name: string, now: number): string {
  const subject = sequence(set(sequence(COMMON_NAME, text(name))));
  const until = new Date(now);
  until.setUTCFullYear(until.getUTCFullYear() + 20);
  const serial = randomBytes(16);
  // A positive number without leading zeros, whatever the dice say.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const body = sequence(
    der(0xa0, integer(Buffer.of(2))),
    integer(serial),
    ECDSA_SHA256,
    subject,
    sequence(time(new Date(now - 86_400_000)), time(until)),
    subject,
    createPublicKey(key).export({ type: "spki", format: "der" }),
    der(0xa3, sequence(sequence(BASIC_CONSTRAINTS, boolean(true), octets(sequence(boolean(true)))))),
  );
  const signed = sequence(body, ECDSA_SHA256, bits(sign("sha256", body, key)));
  const lines = signed.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
