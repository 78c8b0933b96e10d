// Kept signatures, judged by keys that come and go; and what of them is no word on the image at all.

import { describe, expect, test } from "vitest";
import { digestOf } from "../base/digest.ts";
import { signEnvelope } from "./dsse.ts";
import { keyId, signBytes } from "./pem-key.ts";
import { type CollectedSignatures, type FoundSignature, judgeSignatures } from "./signature-evidence.ts";
import { BUNDLE_TYPE, makeBundle } from "./sigstore-bundle.ts";
import { plainPair } from "./testing.ts";

const MANIFEST = Buffer.from(
  JSON.stringify({ schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", layers: [] }),
);
const IMAGE = digestOf(MANIFEST);
const LIST = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [{ mediaType: "application/vnd.oci.image.manifest.v1+json", digest: IMAGE, size: MANIFEST.length }],
  }),
);
const ada = plainPair();
const eve = plainPair("ec");
const now = new Date();

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const bundle = (of = IMAGE, key = ada.priv): FoundSignature => ({
  kind: "bundle",
  of,
  content: text(makeBundle(of, key)),
});
const collected = (found: readonly FoundSignature[], more: Partial<CollectedSignatures> = {}): CollectedSignatures => ({
  ...{ documents: [text(MANIFEST)], found, judged: [] },
  ...more,
});
const judged = (of: CollectedSignatures, keys = [ada.pub], image: string | undefined = IMAGE) =>
  judgeSignatures(of, image, { keys, roots: [], now });

describe("kept signatures", () => {
  test("count by the keys of the day on which they are judged", () => {
    const kept = collected([bundle()]);
    expect(judged(kept)).toEqual({
      signatures: [{ kind: "bundle", valid: true, signer: keyId(ada.pub), reason: undefined }],
      unread: undefined,
    });
    const [other] = judged(kept, [eve.pub]).signatures;
    expect(other).toMatchObject({ valid: false, reason: "it was not made with a trusted key, or was changed" });
  });

  test("of which no key is known are neither good nor bad", () => {
    const unread = "1 of its signatures cannot be checked, for the site names no key of that kind";
    expect(judged(collected([bundle()]), [])).toEqual({ signatures: [], unread });
    const cut = collected([bundle()], { unread: "the registry was cut off" });
    expect(judged(cut, []).unread).toBe(`${unread}; the registry was cut off`);
    expect(judged(collected([{ kind: "notation", of: IMAGE, content: "" }])).unread).toBe(unread);
    expect(judged(collected([]), [])).toEqual({ signatures: [], unread: undefined });
  });

  test("of a list count for the image that it names, and for no other", () => {
    const list = collected([bundle(digestOf(LIST))], { documents: [text(MANIFEST), text(LIST)] });
    expect(judged(list).signatures).toMatchObject([{ valid: true }]);
    const none = collected([bundle(digestOf(LIST))], { documents: [text(MANIFEST)] });
    expect(judged(none).signatures).toMatchObject([{ valid: false, reason: "it is of another image" }]);
    expect(judged(list, [ada.pub], `sha256:${"0".repeat(64)}`).signatures).toMatchObject([{ valid: false }]);
  });

  test("over the bytes of a manifest are held against those that were kept with them", () => {
    const signature = signBytes(MANIFEST, ada.priv).toString("base64");
    const message = { mediaType: BUNDLE_TYPE, messageSignature: { signature } };
    const content = text(Buffer.from(JSON.stringify(message)));
    expect(judged(collected([{ kind: "bundle", of: IMAGE, content }])).signatures).toMatchObject([{ valid: true }]);
    const bare = collected([{ kind: "bundle", of: IMAGE, content }], { documents: [] });
    expect(judged(bare).signatures).toMatchObject([{ valid: false }]);
  });

  test("that are damaged say why, beside good ones", () => {
    const fault = { kind: "cosign", of: IMAGE, content: "", fault: "it was cut off" } as const;
    expect(judged(collected([fault, bundle()])).signatures).toMatchObject([
      { valid: false, reason: "it was cut off" },
      { valid: true },
    ]);
  });

  test("are not what others state of the image, by whatever key", () => {
    const statement = { _type: "https://in-toto.io/Statement/v1", predicateType: "https://slsa.dev/provenance/v1" };
    const envelope = signEnvelope("application/vnd.in-toto+json", Buffer.from(JSON.stringify(statement)), eve.priv);
    const content = text(Buffer.from(JSON.stringify({ mediaType: BUNDLE_TYPE, dsseEnvelope: envelope })));
    const provenance: FoundSignature = { kind: "bundle", of: IMAGE, content };
    expect(judged(collected([provenance]))).toEqual({ signatures: [], unread: undefined });
  });
});
