import { createPublicKey, type KeyObject } from "node:crypto";
import { bundleFromJSON } from "@sigstore/bundle";
import { toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";
import { describe, expect, test } from "vitest";
import { digestOf } from "../base/digest.ts";
import { preAuthEncoding } from "./envelope.ts";
import { keyId, signBytes } from "./pem-key.ts";
import { judgeBundle, makeBundle } from "./sigstore-bundle.ts";
import { judgeSimpleSigning } from "./simple-signing.ts";
import { plainPair } from "./testing.ts";

const manifestBytes = Buffer.from('{"schemaVersion":2}');
const image = { digest: digestOf(manifestBytes), manifestBytes };
const other = { digest: digestOf("other"), manifestBytes: Buffer.from("other") };

interface Document {
  mediaType: string;
  dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string }[] } | undefined;
}

function changed(bundle: Buffer, change: (document: Document) => void): Buffer {
  const document: Document = JSON.parse(bundle.toString());
  change(document);
  return Buffer.from(JSON.stringify(document));
}

/** Sigstore's own verifier, with a key and without logs and timestamps, as cosign sets it up for plain keys. */
function accepts(bundle: Buffer, key: KeyObject): boolean {
  const nothing = { mediaType: "", tlogs: [], ctlogs: [], timestampAuthorities: [], certificateAuthorities: [] };
  const trust = toTrustMaterial(nothing, () => ({ publicKey: key, validFor: () => true }));
  const verifier = new Verifier(trust, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
  try {
    verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(bundle.toString()))));
    return true;
  } catch {
    return false;
  }
}

describe.each(["ed25519", "ec"] as const)("a bundle signed with a key of the kind %s", (kind) => {
  const { priv, pub } = plainPair(kind);
  const bundle = makeBundle(image.digest, priv);

  test("is accepted by sigstore's own verifier with this key, and with no other", () => {
    expect(accepts(bundle, pub)).toBe(true);
    expect(accepts(bundle, plainPair(kind).pub)).toBe(false);
  });

  test("names its key as sigstore does", () => {
    expect(JSON.parse(bundle.toString()).verificationMaterial).toEqual({ publicKey: { hint: keyId(pub, "base64") } });
  });

  test("is good for its image and its key only", () => {
    expect(judgeBundle(bundle, image, [plainPair().pub, pub])).toEqual({ signer: pub });
    expect(judgeBundle(bundle, other, [pub]).why).toBe("it is of another image");
    expect(judgeBundle(bundle, image, [plainPair(kind).pub]).why).toMatch(/trusted key/);
    expect(judgeBundle(bundle, image, []).why).toMatch(/trusted key/);
  });

  test("is bad when its payload, its type or its signature changed", () => {
    const { dsseEnvelope: envelope }: Document = JSON.parse(bundle.toString());
    if (!envelope) throw new Error("no envelope");
    const others: Partial<Document>[] = [
      { dsseEnvelope: { ...envelope, payload: Buffer.from("{}").toString("base64") } },
      { dsseEnvelope: { ...envelope, payloadType: "application/vnd.in-toto+xml" } },
      { dsseEnvelope: { ...envelope, signatures: [] } },
      { dsseEnvelope: { ...envelope, signatures: [{ sig: "AAAA" }] } },
      { dsseEnvelope: undefined },
      { mediaType: "application/json" },
    ];
    for (const other of others)
      expect(
        judgeBundle(
          changed(bundle, (d) => Object.assign(d, other)),
          image,
          [pub],
        ).signer,
      ).toBeUndefined();
  });

  test("that states something else about the image is no signature", () => {
    const payload = Buffer.from(
      JSON.stringify({
        _type: "https://in-toto.io/Statement/v1",
        subject: [{ digest: { sha256: image.digest.slice(7) } }],
        predicateType: "https://cosign.sigstore.dev/attestation/vuln/v1",
        predicate: {},
      }),
    );
    const type = "application/vnd.in-toto+json";
    const sig = signBytes(preAuthEncoding(type, payload), priv).toString("base64");
    const attestation = changed(bundle, (document) => {
      Object.assign(document, {
        dsseEnvelope: { payloadType: type, payload: payload.toString("base64"), signatures: [{ sig }] },
      });
    });
    expect(judgeBundle(attestation, image, [pub]).why).toMatch(/which is no signature/);
  });

  test("may hold a signature of the manifest itself", () => {
    const document = {
      mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      verificationMaterial: { publicKey: { hint: "" } },
      messageSignature: { signature: signBytes(manifestBytes, priv).toString("base64") },
    };
    const bytes = Buffer.from(JSON.stringify(document));
    expect(judgeBundle(bytes, image, [pub]).signer).toBe(pub);
    expect(judgeBundle(bytes, other, [pub]).signer).toBeUndefined();
  });
});

describe("cosign's older form", () => {
  const { priv, pub } = plainPair("ec");
  const document = (type: string, digest: string) =>
    Buffer.from(
      JSON.stringify({ critical: { identity: {}, image: { "docker-manifest-digest": digest }, type }, optional: null }),
    );
  const TYPE = "cosign container image signature";
  const sign = (payload: Buffer) => signBytes(payload, priv).toString("base64");

  test("is good for its image and its key only", () => {
    const payload = document(TYPE, image.digest);
    expect(judgeSimpleSigning(payload, sign(payload), image.digest, [pub])).toEqual({ signer: pub, named: "" });
    expect(judgeSimpleSigning(payload, sign(payload), other.digest, [pub]).why).toBe("it is of another image");
    expect(judgeSimpleSigning(payload, sign(payload), image.digest, [plainPair("ec").pub]).signer).toBeUndefined();
    expect(judgeSimpleSigning(payload, undefined, image.digest, [pub]).why).toBe("it carries no signature");
    expect(judgeSimpleSigning(payload, "!!", image.digest, [pub]).signer).toBeUndefined();
  });

  test("must be of its own kind", () => {
    const payload = document("atomic container signature", image.digest);
    expect(judgeSimpleSigning(payload, sign(payload), image.digest, [pub]).why).toMatch(/no signature of an image/);
  });
});

test("keys are named by their public half", () => {
  const { priv, pub } = plainPair();
  expect(keyId(priv)).toBe(keyId(createPublicKey(priv)));
  expect(keyId(pub)).toMatch(/^[0-9a-f]{64}$/);
});
