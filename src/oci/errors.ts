// The failures of this room that are about an image as a thing: its name, its platform, its manifest. What goes wrong
// on the wire is in registry/errors.ts, what goes wrong with logins in auth/errors.ts.

import { defineErrors } from "../base/errors.ts";

const GRAMMAR =
  "a reference is [host[:port]/]path[:tag][@digest], such as alpine, registry.example/org/tool:1.2 or host:5000/a/b@sha256:…";

/** Failures about references, platforms, manifests and image configurations. */
export const fail = defineErrors({
  E_REFERENCE_EMPTY: { text: "the image reference is empty", hint: GRAMMAR, http: 400 },
  E_REFERENCE_LENGTH: {
    text: "the image reference is too long: {what} has {got} characters, at most {max} are allowed",
    hint: GRAMMAR,
    http: 400,
  },
  E_REFERENCE_SCHEME: {
    text: 'an image reference has no "{scheme}"\n{pointer}',
    hint: "leave the transport out here, or write docker:// before the reference",
    http: 400,
  },
  E_REFERENCE_HOST: { text: "the registry's host name is malformed\n{pointer}", hint: GRAMMAR, http: 400 },
  E_REFERENCE_PORT: {
    text: "the registry's port is not a number from 1 to 65535\n{pointer}",
    hint: GRAMMAR,
    http: 400,
  },
  E_REFERENCE_UPPERCASE: {
    text: "repository names are lower-case\n{pointer}",
    hint: "write {lower}",
    http: 400,
  },
  E_REFERENCE_PATH: {
    text: "the repository name has {found} where a letter or digit must be\n{pointer}",
    hint: "parts are lower-case letters and digits, joined by one dot, one or two underscores, or dashes; a slash separates them",
    http: 400,
  },
  E_REFERENCE_TAG: {
    text: "the tag is malformed: {found}\n{pointer}",
    hint: "a tag is 1 to 128 letters, digits, underscores, dots and dashes and begins with neither dot nor dash",
    http: 400,
  },
  E_REFERENCE_DIGEST: {
    text: "the digest is malformed\n{pointer}",
    hint: "a digest is sha256: with 64, or sha512: with 128, lower-case hexadecimal digits",
    http: 400,
  },
  E_ARCH_INVALID: { text: "arch: {arch} is not valid, supported archs are: [{known}]", http: 400 },
  E_PLATFORM_INVALID: {
    text: '"{text}" is not a platform',
    hint: "write os/architecture or os/architecture/variant, such as linux/arm64 or linux/arm/v7",
    http: 400,
  },
  E_PLATFORM_MISSING: {
    text: "the image does not exist for {want}; it exists for {have}",
    hint: "choose one of these with --platform, or ask the image's maker to build it for {want}",
    http: 404,
  },
  E_MANIFEST_SIZE: {
    text: "the manifest of {what} is larger than {max} bytes",
    hint: "no image needs that much; the registry or the image is not to be trusted",
    http: 502,
  },
  E_MANIFEST_INVALID: {
    text: "the manifest of {what} is malformed: {why}",
    hint: "push the image again with a current tool, or tell the registry's owner",
    http: 502,
  },
  E_MANIFEST_SCHEMA1: {
    text: "{what} is stored in Docker's first image format (manifest schema 1), which cannot be checked by digest",
    hint: "it went out of use in 2017: push the image again with a current docker, podman or skopeo",
    http: 415,
  },
  E_MANIFEST_TYPE: {
    text: '{what} is of the media type "{mediaType}", which is no image berth knows',
    hint: "berth reads OCI manifests and indexes, and Docker manifests (schema 2) and lists",
    http: 415,
  },
  E_LAYERS_COUNT: {
    text: "{what} has {got} layers, at most {max} are read",
    hint: "build the image with fewer steps, or squash it",
    http: 415,
  },
  E_LAYER_TYPE: {
    text: 'a layer of {what} has the media type "{mediaType}", which is no file-system layer berth knows',
    hint: "layers are tar archives, plain or packed with gzip or zstd",
    http: 415,
  },
  E_LAYER_ENCRYPTED: {
    text: 'a layer of {what} is encrypted ("{mediaType}")',
    hint: "decrypt the image first, for example with skopeo copy --decryption-key",
    http: 415,
  },
  E_ARTIFACT_SIF: {
    text: "{what} holds a SIF image file, not an OCI image: no extractable OCI/Docker tar layers found in this image",
    hint: "try changing the protocol to oras://",
    http: 415,
  },
  E_ARTIFACT: {
    text: "{what} holds {kind}, not a container image",
    hint: "{next}",
    http: 415,
  },
  E_CONFIG_SIZE: {
    text: "the configuration of {what} is {got} bytes long, at most {max} are read",
    hint: "no image needs that much; the registry or the image is not to be trusted",
    http: 502,
  },
  E_CONFIG_INVALID: {
    text: "the configuration of {what} is malformed: {why}",
    hint: "build and push the image again with a current tool",
    http: 502,
  },
});
