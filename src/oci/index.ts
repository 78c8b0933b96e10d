// The public face of the room: what other rooms may use. Everything else is the room's own affair.

export { isSifArtifact, requireImage } from "./artifact.ts";
export { anonymous, type Credential, type CredentialSource } from "./auth/credential.ts";
export { type CredentialOptions, credentialSource } from "./auth/credentials.ts";
export { blobSource, downloadsFrom, type FetchingBlobs } from "./fetch/blob-source.ts";
export type { PullClient, PullPolicy, RegistryPull } from "./fetch/registry-image.ts";
export { type PulledSif, pullSif } from "./fetch/sif-artifact.ts";
export { MAX_CONFIG, parseImageConfig } from "./image-config.ts";
export {
  MAX_LAYERS,
  MAX_MANIFEST,
  type ParsedIndex,
  type ParsedManifest,
  parseDescriptor,
  parseManifest,
} from "./manifest.ts";
export { type LayerPacking, layerPacking, MEDIA } from "./media-types.ts";
export {
  archPlatform,
  choosePlatform,
  formatPlatform,
  hostPlatform,
  parsePlatform,
  platformFor,
  repositoryPlatform,
  sameProcessor,
} from "./platform.ts";
export { type Pulled, type PulledBlobs, type PullRequest, pullImage } from "./pull.ts";
export { formatReference, parseReference, type Reference } from "./reference.ts";
export {
  type BlobAnswer,
  type CallOptions,
  type ManifestAnswer,
  type RangeOptions,
  type RegistryClient,
  type RegistryOptions,
  registryClient,
} from "./registry/client.ts";
export { loadRegistries } from "./registry/registries-conf.ts";
export { mergeRegistries, NO_RULES, type RegistriesModel, type RegistryRule } from "./registry/registries-model.ts";
export { type Cache, openCache } from "./store/cache.ts";
export { type ContentStore, contentStore } from "./store/content-store.ts";
export { withHealing } from "./store/healing.ts";
export type * from "./types.ts";
export { type ImageSource, parseImageUri } from "./uri.ts";
