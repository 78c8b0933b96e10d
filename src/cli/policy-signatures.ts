// The signatures of an image for a policy: those in a SIF file, or, for an image of a registry, those beside it there.

import type { KeyObject } from "node:crypto";
import { digestOf } from "../base/digest.ts";
import { BerthError } from "../base/errors.ts";
import { OBJECT } from "../image/metadata/objects.ts";
import { findObject, openSifFile, readObject, readSif } from "../image/sif/read.ts";
import { parseManifest } from "../oci/manifest.ts";
import type { Reference } from "../oci/reference.ts";
import { imageSignatures } from "../signing/image-signatures.ts";
import { SITE_KEYRING } from "../signing/keyring.ts";
import { publicKey, readPem } from "../signing/pem-key.ts";
import type { AllowedSigner, Signatures } from "../signing/policy.ts";
import type { Desk } from "../signing/referrers.ts";
import { fileSignatures, keysOf } from "../signing/signed-by.ts";
import type { SignedImage } from "../signing/sigstore-bundle.ts";
import type { Context } from "./context.ts";
import type { FlagValues } from "./flags.ts";
import { keyringOf } from "./key-places.ts";
import type { SourcedImage } from "./policy-check.ts";
import { registryAccess } from "./registry-access.ts";
import type { REGISTRY_FLAGS } from "./sign.ts";

/** Flags by which a registry is asked for signatures. */
export type SignatureFlags = FlagValues<typeof REGISTRY_FLAGS>;

/** Who of the allowed has signed all of the image. @throws E_KEYRING, E_KEY_FILE */
export async function gatherSignatures(
  { source, path, manifestBytes }: SourcedImage,
  allowed: readonly AllowedSigner[],
  flags: SignatureFlags,
  context: Context,
): Promise<Signatures> {
  const plain = await plainKeys(allowed);
  if (source.kind === "docker") {
    const manifest = manifestBytes ?? (path === undefined ? undefined : await keptManifest(path));
    return registrySignatures(manifest, source.reference, plain, flags, context);
  }
  if (path === undefined || !["file", "oras", "http"].includes(source.kind))
    return { signers: [], why: "images of archives and engines carry no signatures; use SIF files or a registry" };
  // A fingerprint names a key whoever keeps it, so the user's keyring serves as well as the site's.
  const prints = allowed.some(({ kind }) => kind === "pgp");
  const { pgp } = prints ? await keysOf([SITE_KEYRING, keyringOf({}, context)]) : {};
  return fileSignatures(path, { pgp, plain }, { now: new Date(), signal: context.signal });
}

async function plainKeys(allowed: readonly AllowedSigner[]): Promise<readonly KeyObject[]> {
  const paths = new Set(allowed.flatMap((signer) => (signer.kind === "key" ? [signer.path] : [])));
  return Promise.all([...paths].map(async (path) => publicKey(await readPem(path), path)));
}

async function registrySignatures(
  manifestBytes: Uint8Array | undefined,
  reference: Reference,
  keys: readonly KeyObject[],
  flags: SignatureFlags,
  context: Context,
): Promise<Signatures> {
  const access = registryAccess(flags, context);
  try {
    const desk = { client: await access.client(), log: context.log, signal: context.signal };
    if (manifestBytes === undefined) return { signers: [], why: "the file does not tell which image it was made of" };
    const own = { digest: digestOf(manifestBytes), manifestBytes };
    const signatures = [...(await imageSignatures(desk, reference, own, keys))];
    // Whoever signs by a tag signs the list of all platforms: that counts when this image is in it.
    if (!signatures.some(({ signer }) => signer)) {
      const list = await listWith(desk, reference, own);
      if (list) signatures.push(...(await imageSignatures(desk, reference, list, keys)));
    }
    const signers = new Set(signatures.flatMap(({ signer }) => (signer ? [signer] : [])));
    const why = signatures.find((signature) => signature.why)?.why ?? "the registry has no signature of it";
    return { signers: [...signers].map((id) => ({ kind: "key", id })), why };
  } catch (error) {
    if (error instanceof BerthError) return { signers: [], why: error.message };
    throw error;
  } finally {
    await access.close();
  }
}

async function listWith(desk: Desk, reference: Reference, own: SignedImage): Promise<SignedImage | undefined> {
  const { descriptor, bytes } = await desk.client.manifest(reference, undefined, { signal: desk.signal });
  const list = parseManifest(bytes, descriptor.mediaType, descriptor.digest);
  const holds = list.kind === "index" && list.manifests.some(({ digest }) => digest === own.digest);
  return holds ? { digest: descriptor.digest, manifestBytes: bytes } : undefined;
}

async function keptManifest(path: string): Promise<Uint8Array | undefined> {
  const file = await openSifFile(path);
  try {
    const object = findObject(await readSif(file, path), OBJECT.manifest);
    return object && (await readObject(file, object, path));
  } finally {
    await file.close();
  }
}
