// Tells a container image from the other things that registries hold under the same kind of manifest (SIF files,
// charts, signatures, bills of materials), and says what to do with each. A table, not a chain of special cases.

import { fail } from "./errors.ts";
import { layerPacking, MEDIA } from "./media-types.ts";
import type { ImageManifest } from "./types.ts";

interface ArtifactKind {
  /** Beginning of the media type of the configuration, of a layer, or of the artifact. */
  readonly prefix: string;
  readonly kind: string;
  readonly next: string;
}

const KINDS: readonly ArtifactKind[] = [
  { prefix: "application/vnd.cncf.helm.", kind: "a Helm chart", next: "use helm pull" },
  { prefix: "application/vnd.dev.cosign.", kind: "a cosign signature", next: "name the signed image itself" },
  { prefix: "application/vnd.dev.sigstore.", kind: "a sigstore signature", next: "name the signed image itself" },
  { prefix: "application/vnd.cncf.notary.", kind: "a Notary signature", next: "name the signed image itself" },
  { prefix: "application/vnd.in-toto", kind: "an attestation", next: "name the attested image itself" },
  { prefix: "application/spdx", kind: "a bill of materials", next: "name the described image itself" },
  { prefix: "application/vnd.cyclonedx", kind: "a bill of materials", next: "name the described image itself" },
  { prefix: "application/vnd.wasm.", kind: "a WebAssembly module", next: "run it with a WebAssembly runtime" },
  { prefix: "application/vnd.docker.plugin.", kind: "a Docker plugin", next: "use docker plugin install" },
  { prefix: "application/vnd.buildkit.cacheconfig.", kind: "a build cache", next: "name the built image itself" },
  { prefix: "application/vnd.docker.ai.", kind: "a model", next: "fetch it with a model tool" },
];

/** True when a manifest is about a SIF file. */
export function isSifArtifact(manifest: ImageManifest): boolean {
  return manifest.config.mediaType === MEDIA.sifConfig || manifest.layers.some((l) => l.mediaType === MEDIA.sifLayer);
}

/**
 * Passes when a manifest describes a container image that can be unpacked; `what` names it in errors.
 *
 * @throws E_ARTIFACT_SIF, E_ARTIFACT, E_LAYER_ENCRYPTED, E_LAYER_TYPE
 */
export function requireImage(manifest: ImageManifest & { readonly artifactType?: string }, what: string): void {
  if (isSifArtifact(manifest)) throw fail("E_ARTIFACT_SIF", { what });
  const types = [manifest.artifactType ?? "", manifest.config.mediaType, ...manifest.layers.map((l) => l.mediaType)];
  const known = KINDS.find(({ prefix }) => types.some((type) => type.startsWith(prefix)));
  if (known) throw fail("E_ARTIFACT", { what, kind: known.kind, next: known.next });
  const config = manifest.config.mediaType;
  if (config !== MEDIA.ociConfig && config !== MEDIA.dockerConfig) {
    const kind =
      config === MEDIA.ociEmpty ? `an artifact (${manifest.artifactType ?? "of no type"})` : `an artifact (${config})`;
    throw fail("E_ARTIFACT", { what, kind, next: "fetch it with oras pull, or name a container image" });
  }
  for (const { mediaType } of manifest.layers) requireLayer(mediaType, what);
}

function requireLayer(mediaType: string, what: string): void {
  if (layerPacking(mediaType) !== undefined) return;
  throw fail(mediaType.endsWith("+encrypted") ? "E_LAYER_ENCRYPTED" : "E_LAYER_TYPE", { what, mediaType });
}
