// Signatures of an image in a registry, made with plain keys: sigstore bundles that refer to it, and cosign's older
// form under the tag `sha256-<hex>.sig`.

import type { KeyObject } from "node:crypto";
import { checkBytes, type Digest, digestParts } from "../base/digest.ts";
import { BerthError } from "../base/errors.ts";
import { parseManifest } from "../oci/manifest.ts";
import { readBounded } from "../oci/registry/body.ts";
import type { Descriptor } from "../oci/types.ts";
import { keyId } from "./pem-key.ts";
import {
  attach,
  type Desk,
  listedReferrers,
  manifestByTag,
  type Repository,
  taggedReferrers,
  within,
} from "./referrers.ts";
import {
  BUNDLE_TYPE,
  isBundleType,
  type Judgement,
  judgeBundle,
  makeBundle,
  SIGNED_PREDICATE,
  type SignedImage,
} from "./sigstore-bundle.ts";
import { judgeSimpleSigning, SIGNATURE_ANNOTATION, SIMPLE_SIGNING_TYPE } from "./simple-signing.ts";

const MAX_SIGNATURE = 4 * 1024 * 1024;
const MAX_LAYERS = 100;

/** One signature in a registry, judged. */
export interface ImageSignature {
  readonly form: "bundle" | "simple-signing";
  /** SHA-256 of the trusted public key that made it; undefined when it counts for nothing. */
  readonly signer: string | undefined;
  /** The reference that it says it is for; undefined where it says none, as bundles do. */
  readonly named?: string | undefined;
  readonly why: string | undefined;
}

/** Signs the image that the descriptor names: a bundle is pushed beside it. @throws E_PUSH_…, E_AUTH_… */
export async function signRegistryImage(
  desk: Desk,
  at: Repository,
  image: Descriptor,
  key: KeyObject,
  now: Date,
): Promise<Descriptor> {
  return attach(desk, at, {
    image,
    artifactType: BUNDLE_TYPE,
    content: makeBundle(image.digest, key),
    // Names that cosign gives to its own.
    annotations: {
      "org.opencontainers.image.created": now.toISOString(),
      "dev.sigstore.bundle.content": "dsse-envelope",
      "dev.sigstore.bundle.predicateType": SIGNED_PREDICATE,
    },
  });
}

/**
 * Signatures of an image, good and bad; once every key has signed, no more are looked for.
 * @throws what keeps the registry from answering, when no signature is good
 */
export async function imageSignatures(
  desk: Desk,
  at: Repository,
  image: SignedImage,
  keys: readonly KeyObject[],
): Promise<readonly ImageSignature[]> {
  const { digest } = image;
  // Tags first: mirrors have them, where the registry itself may be out of reach.
  const tagged = await taggedReferrers(desk, at, digest);
  const found = [
    ...(await bundles(desk, at, tagged, image, keys)),
    ...(await classicSignatures(desk, at, digest, keys)),
  ];
  if (keys.every((key) => found.some(({ signer }) => signer === keyId(key)))) return found;
  try {
    const known = new Set(tagged.map((referrer) => referrer.digest));
    const listed = (await listedReferrers(desk, at, digest)).filter((referrer) => !known.has(referrer.digest));
    return [...found, ...(await bundles(desk, at, listed, image, keys))];
  } catch (error) {
    if (!(error instanceof BerthError) || !found.some(({ signer }) => signer)) throw error;
    desk.log.debug(`no list of what refers to ${digest}: ${error.message}`);
    return found;
  }
}

async function bundles(
  desk: Desk,
  at: Repository,
  referrers: readonly Descriptor[],
  image: SignedImage,
  keys: readonly KeyObject[],
): Promise<readonly ImageSignature[]> {
  const found: ImageSignature[] = [];
  for (const referrer of referrers) {
    if (referrer.artifactType !== undefined && !isBundleType(referrer.artifactType)) continue;
    let layers: readonly Descriptor[] = [];
    const list = async () => {
      layers = await bundlesOf(desk, at, referrer);
      return [];
    };
    found.push(...(await judged("bundle", list)));
    // One after the other: together they could be more than the memory of this machine.
    for (const layer of layers) {
      const judge = async () => [judgeBundle(await blobBytes(desk, at, layer), image, keys)];
      found.push(...(await judged("bundle", judge)));
    }
  }
  return found;
}

/** The layers of an artifact that are bundles. @throws what keeps the registry from answering */
export async function bundlesOf(desk: Desk, at: Repository, referrer: Descriptor): Promise<readonly Descriptor[]> {
  const { bytes } = await desk.client.manifest(within(at, { digest: referrer.digest }), undefined, {
    signal: desk.signal,
  });
  const manifest = parseManifest(bytes, undefined, referrer.digest);
  if (manifest.kind !== "manifest") return [];
  return manifest.layers.filter(({ mediaType }) => isBundleType(mediaType)).slice(0, MAX_LAYERS);
}

/** The layers under the tag of cosign's older form. @throws what keeps the registry from answering */
export async function classicLayers(desk: Desk, at: Repository, image: Digest): Promise<readonly Descriptor[]> {
  const { algorithm, hex } = digestParts(image);
  const bytes = await manifestByTag(desk, within(at, { tag: `${algorithm}-${hex}.sig` }));
  const manifest = bytes && parseManifest(bytes, undefined, `the signatures of ${image}`);
  if (manifest?.kind !== "manifest") return [];
  return manifest.layers.slice(0, MAX_LAYERS).filter(({ mediaType }) => mediaType === SIMPLE_SIGNING_TYPE);
}

async function classicSignatures(
  desk: Desk,
  at: Repository,
  image: Digest,
  keys: readonly KeyObject[],
): Promise<readonly ImageSignature[]> {
  const found: ImageSignature[] = [];
  for (const layer of await classicLayers(desk, at, image)) {
    const signature = layer.annotations?.[SIGNATURE_ANNOTATION];
    const judge = async () => [judgeSimpleSigning(await blobBytes(desk, at, layer), signature, image, keys)];
    found.push(...(await judged("simple-signing", judge)));
  }
  return found;
}

// One damaged signature must not hide a good one beside it.
async function judged(
  form: ImageSignature["form"],
  judge: () => Promise<readonly Judgement[]>,
): Promise<readonly ImageSignature[]> {
  try {
    return (await judge()).map((judgement) => ({
      ...{ form, signer: judgement.signer && keyId(judgement.signer), why: judgement.why },
      named: judgement.signer && judgement.named,
    }));
  } catch (error) {
    if (error instanceof BerthError) return [{ form, signer: undefined, why: error.message }];
    throw error;
  }
}

/** The bytes of a signature, checked; none of one that is too big. @throws what keeps the registry from answering */
export async function blobBytes(desk: Desk, at: Repository, descriptor: Descriptor): Promise<Uint8Array> {
  if (descriptor.size > MAX_SIGNATURE) return Buffer.alloc(0);
  const { body } = await desk.client.blob(within(at, { digest: descriptor.digest }), descriptor, {
    signal: desk.signal,
  });
  const bytes = (await readBounded(body, MAX_SIGNATURE)) ?? Buffer.alloc(0);
  checkBytes(bytes, descriptor, `signature ${descriptor.digest}`);
  return bytes;
}
