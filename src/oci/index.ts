// The public face of the room: what other rooms may use. Everything else is the room's own affair.

export { isSifArtifact, requireImage } from "./artifact.ts";
export { anonymous, type Credential, type CredentialSource } from "./auth/credential.ts";
export { type CredentialOptions, credentialSource } from "./auth/credentials.ts";
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
export { type ResolveOptions, resolveImage } from "./resolve-image.ts";
export type * from "./types.ts";
