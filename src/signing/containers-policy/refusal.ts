// What a policy says of an image in a registry: asks the registry for signatures as far as the requirements need them.

import { parseManifest } from "../../oci/manifest.ts";
import type { Reference } from "../../oci/reference.ts";
import { type ImageSignature, imageSignatures } from "../image-signatures.ts";
import type { Desk } from "../referrers.ts";
import type { SignedImage } from "../sigstore-bundle.ts";
import { identityFault } from "./identity.ts";
import { type ContainersPolicy, demandsOn, type Requirement } from "./policy.ts";

type Signed = Extract<Requirement, { readonly kind: "signed" }>;

/**
 * Why the policy refuses the image that `reference` led to; undefined: it does not.
 * @throws what keeps the registry from answering
 */
export async function policyRefusal(
  policy: ContainersPolicy,
  desk: Desk,
  reference: Reference,
  image: SignedImage,
): Promise<string | undefined> {
  const { scope, requirements } = demandsOn(policy, reference);
  const under = `by its rule for ${scope}`;
  if (requirements.some(({ kind }) => kind === "reject")) return `images may not be used, ${under}`;
  for (const requirement of requirements) {
    const fault = requirement.kind === "signed" ? await signatureFault(requirement, desk, reference, image) : undefined;
    if (fault !== undefined) return `${fault}, ${under}`;
  }
  return undefined;
}

async function signatureFault(
  { keys, identity }: Signed,
  desk: Desk,
  reference: Reference,
  image: SignedImage,
): Promise<string | undefined> {
  const faultOf = ({ signer, named, why }: ImageSignature) =>
    signer === undefined ? (why ?? "no trusted key made it") : identityFault(identity, reference, named);
  const found = await imageSignatures(desk, reference, image, keys);
  const faults = found.map(faultOf);
  if (faults.includes(undefined)) return undefined;
  // Whoever signs by a tag signs the list of all platforms: that counts when this image is in it.
  const list = await listWith(desk, reference, image);
  const ofList = list ? (await imageSignatures(desk, reference, list, keys)).map(faultOf) : [];
  if (ofList.includes(undefined)) return undefined;
  const why = [...faults, ...ofList].find((fault) => fault !== undefined);
  return why === undefined ? "it is not signed" : `it has no signature that counts: ${why}`;
}

async function listWith(desk: Desk, reference: Reference, own: SignedImage): Promise<SignedImage | undefined> {
  const { descriptor, bytes } = await desk.client.manifest(reference, undefined, { signal: desk.signal });
  const list = parseManifest(bytes, descriptor.mediaType, descriptor.digest);
  const holds = list.kind === "index" && list.manifests.some(({ digest }) => digest === own.digest);
  return holds ? { digest: descriptor.digest, manifestBytes: bytes } : undefined;
}
